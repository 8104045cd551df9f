/**
 * A process of its own that loads and unloads one model over and over, beside one that stays. Prints what it holds after
 * each cycle, as JSON lines.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { parseArgs } from 'node:util'
import type { TfjsEngineChoice } from '../../../src/flavors/engine-choice.ts'
import { DataPlane } from '../../../src/runtime/data-plane.ts'
import { ModelRepository } from '../../../src/runtime/model-repository.ts'
import type { ServedModel } from '../../../src/runtime/served-model.ts'

/** What the process holds. */
export interface Holdings {
  readonly residentBytes: number
  readonly threads: number
  readonly files: number
  readonly children: number
  /** Timers, sockets and the like that keep the process going. */
  readonly resources: number
  readonly listeners: number
}

const { values } = parseArgs({
  options: {
    model: { type: 'string', default: '' },
    stays: { type: 'string', default: '' },
    placement: { type: 'string', default: 'auto' },
    cycles: { type: 'string', default: '100' },
    body: { type: 'string', default: '' },
    engine: { type: 'string', default: 'auto' },
    trial: { type: 'boolean', default: false },
  },
})

const dataPlane = new DataPlane()
const repository = new ModelRepository({
  resolve: async (path) => ({
    ...{ uri: path, canonicalUri: path, name: basename(path), version: undefined, alias: undefined, path },
    origin: { kind: 'local', location: path, registry: undefined },
  }),
  placement: values.placement as 'auto' | 'inline' | 'pool',
  workers: 2,
  prepare: { tfjsEngine: values.engine as TfjsEngineChoice },
  // More than there will be: nothing but what is expected at start is loaded without a trial.
  expectedModels: values.trial ? 1 : 1_000_000,
})

await repository.load(values.stays, 'stays')
const body = readFileSync(values.body)
for (let cycle = 0; cycle < Number(values.cycles); cycle++) {
  const model = await repository.load(values.model, 'comes-and-goes')
  for (let request = 0; request < 5; request++) await score(model)
  await repository.unload('comes-and-goes')
  process.stdout.write(`${JSON.stringify(holdings())}\n`)
}
await repository.close()

async function score(model: ServedModel): Promise<void> {
  const { request, form } = await model.scoring.decode(body, 'application/json')
  const { outputs } = await dataPlane.infer(model, request)
  model.scoring.encode(outputs, form)
}

function holdings(): Holdings {
  const status = readFileSync('/proc/self/status', 'utf8')
  return {
    residentBytes: Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1]) * 1024,
    threads: readdirSync('/proc/self/task').length,
    files: readdirSync('/proc/self/fd').length,
    children: childCount(),
    resources: process.getActiveResourcesInfo().length,
    listeners: process.eventNames().reduce((sum, name) => sum + process.listenerCount(name), 0),
  }
}

function childCount(): number {
  const parents = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  return parents.filter((pid) => parentOf(pid) === process.pid).length
}

function parentOf(pid: string): number | undefined {
  try {
    return Number(/^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1])
  } catch {
    return undefined
  }
}
