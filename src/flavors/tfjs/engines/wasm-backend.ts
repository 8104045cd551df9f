import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm'
import { internalError } from '../../../core/errors.ts'
import { keepUnoptimisedWrappers } from '../../unoptimised-wrappers.ts'
import type { Backend } from './backend.ts'
import * as tf from './bundled-tensorflow.ts'
import { SwitchedBackend } from './switched-backend.ts'
import type { Turns } from './turns.ts'
import { WasmGuard, type WasmModule } from './wasm-guard.ts'
import { repairWasmKernels } from './wasm-kernels.ts'
import { withConsole } from './with-console.ts'

/** Beside the built package's own files; in a clone TF.js finds it beside its own. */
const BUILT_WASM = new URL('./tfjs-backend-wasm-simd.wasm', import.meta.url)

/** TF.js on WebAssembly, with SIMD where the processor has it, in the calling thread alone. */
export async function startWasm(turns: Turns): Promise<Backend> {
  if (existsSync(BUILT_WASM)) setWasmPaths(fileURLToPath(new URL('./', import.meta.url)))
  keepUnoptimisedWrappers()
  return await turns.take(async () => {
    const guard = new WasmGuard()
    await withoutNewListeners(() => withConsole(guard.console, setWasm))
    guard.watch(moduleOf(tf.engine().backend))
    repairWasmKernels()
    return new SwitchedBackend(tf, turns, {
      name: 'wasm',
      registeredName: 'wasm',
      growing: true,
      copiesData: true,
      guard: (work) => guard.run(work),
    })
  })
}

/** `setBackend` says by its answer alone that it failed: `getBackend` names the backend then too (4.22). */
async function setWasm(): Promise<void> {
  const ready = await tf.setBackend('wasm')
  if (!ready) throw internalError('TF.js could not start its wasm backend.')
}

const LISTENED = ['uncaughtException', 'unhandledRejection'] as const

/**
 * Emscripten's start makes the process rethrow whatever is uncaught, which is not an engine's to decide: what was added
 * under `work` is taken away.
 */
async function withoutNewListeners(work: () => Promise<void>): Promise<void> {
  const before = new Map(LISTENED.map((event) => [event, new Set(process.rawListeners(event))]))
  try {
    await work()
  } finally {
    for (const [event, known] of before) {
      for (const listener of process.rawListeners(event)) {
        if (!known.has(listener)) process.off(event, listener as (...args: unknown[]) => void)
      }
    }
  }
}

/** The Emscripten module is a field of TF.js's backend (4.22), which its types tell nothing of. */
function moduleOf(backend: object): WasmModule {
  if (!('wasm' in backend)) throw internalError('The wasm backend of TF.js has no module.')
  return backend.wasm as WasmModule
}
