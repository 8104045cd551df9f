/** A process of its own that has a model tried which never ends, to be killed meanwhile. Prints the trial's process id. */
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { tryModel } from '../../../../src/runtime/trial/trial.ts'
import { trialsOf } from './trial-processes.ts'

const path = join(import.meta.dirname, '../models/endless.onnx')
const origin = { kind: 'local', location: path, registry: undefined } as const
const names = { uri: path, canonicalUri: path, name: 'endless', version: undefined, alias: undefined }
void tryModel({
  job: {
    source: { ...names, path, origin },
    name: 'endless',
    batching: { mode: 'off' },
    runTimeoutMs: 60_000,
  },
  limits: { timeoutMs: 60_000, memoryBytes: 2 ** 32 },
  signal: new AbortController().signal,
  warn: () => {},
})
// Long enough for the run that never ends to have begun.
await sleep(1_500)
process.stdout.write(`${trialsOf(process.pid).join()}\n`)
