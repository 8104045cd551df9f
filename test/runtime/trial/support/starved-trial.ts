/**
 * A process of its own that has a good model tried while another process wants the one core that both may have. Prints how the
 * trial ended and how long it took.
 */
import { spawn } from 'node:child_process'
import { setPriority } from 'node:os'
import { join } from 'node:path'
import { tryModel } from '../../../../src/runtime/trial/trial.ts'

const path = join(import.meta.dirname, '../../../../models/iris/1')
const origin = { kind: 'local', location: path, registry: undefined } as const
const names = { uri: path, canonicalUri: path, name: 'iris', version: undefined, alias: undefined }
const rival = spawn(process.execPath, ['-e', 'for (;;);'])
// Nicer than this process, so that the test goes on, and less nice than a trial.
if (rival.pid !== undefined) setPriority(rival.pid, 5)
try {
  const { end, totalMs } = await tryModel({
    job: {
      source: { ...names, path, origin },
      name: 'iris',
      batching: { mode: 'off' },
      runTimeoutMs: 60_000,
    },
    limits: { timeoutMs: 300_000, memoryBytes: 2 ** 32 },
    signal: new AbortController().signal,
    warn: () => {},
  })
  process.stdout.write(`${JSON.stringify({ end, totalMs })}\n`)
} finally {
  rival.kill('SIGKILL')
}
