import type { Backend } from './backend.ts'
import type { TfjsBackend } from './tfjs-predictor.ts'
import { Turns } from './turns.ts'

/** All copies of TF.js in a thread share one engine, and with it what the tensors of a run are told by (4.22). */
const turns = new Turns()

const STARTERS: Readonly<Record<TfjsBackend, () => Promise<Backend>>> = {
  wasm: async () => (await import('./wasm-backend.ts')).startWasm(turns),
  cpu: async () => (await import('./cpu-backend.ts')).startCpu(turns),
  'tfjs-node': async () => (await import('./tfjs-node-backend.ts')).startTfjsNode(turns),
}

const started = new Map<TfjsBackend, Promise<Backend>>()

/**
 * The backend of this thread, started by the first call. One that could not be started is tried again by the next.
 * @throws ServingError INVALID_PARAMETER_VALUE where its package is not installed.
 */
export function startBackend(name: TfjsBackend): Promise<Backend> {
  const known = started.get(name)
  if (known !== undefined) return known
  const starting = STARTERS[name]()
  started.set(name, starting)
  starting.catch(() => started.delete(name))
  return starting
}
