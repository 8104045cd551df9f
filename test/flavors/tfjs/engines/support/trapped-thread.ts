/** A worker thread whose WebAssembly traps once, and which is asked once more before it is gone. */
import { parentPort } from 'node:worker_threads'
import { messageOf } from '../../../../../src/core/errors.ts'
import { WasmGuard } from '../../../../../src/flavors/tfjs/engines/wasm-guard.ts'

/** A module of one function, which is `unreachable`. */
const TRAP = Uint8Array.of(
  ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
  ...[1, 4, 1, 0x60, 0, 0],
  ...[3, 2, 1, 0],
  ...[7, 8, 1, 4, 0x74, 0x72, 0x61, 0x70, 0, 0],
  ...[10, 5, 1, 3, 0, 0, 0x0b],
)

interface WebAssemblyGlobal {
  instantiate(bytes: Uint8Array): Promise<{ instance: { exports: { trap(): void } } }>
}

const { WebAssembly } = globalThis as unknown as { WebAssembly: WebAssemblyGlobal }
const { instance } = await WebAssembly.instantiate(TRAP)
const guard = new WasmGuard()
const first = await guard.run(() => instance.exports.trap()).catch(messageOf)
const second = await guard.run(() => 'an answer').catch(messageOf)
parentPort?.postMessage([first, second])
// What keeps a worker of a pool alive.
setInterval(() => {}, 60_000)
