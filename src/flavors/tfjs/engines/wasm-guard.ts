import { isMainThread } from 'node:worker_threads'
import { EngineBroken, OutOfMemory } from './backend.ts'
import { MissingKernel } from './missing-kernel.ts'
import type { ModuleConsole } from './with-console.ts'

/** What is used of the Emscripten module behind TF.js's wasm backend. */
export interface WasmModule {
  /** 0 where there is no memory left, which TF.js takes for an address (4.22). */
  _malloc(bytes: number): number
  _free(address: number): void
}

/** `Sign for tensor id 76 failed. Unsupported dtype 2` */
const NO_CODE_FOR_TYPE = /^(\w+)(?: for tensor ids? .*?)? failed\. ?(?:Unknown|Unsupported) \w*type/
const ADDRESSABLE_BYTES = 2 ** 32 - 1
const NO_MEMORY = 'The WebAssembly engine has no memory left (4 GiB at most) for a request of this size.'

/**
 * Sees to it that a run that went wrong inside WebAssembly gives no answer. Its code tells of some failures by a line on the
 * console and leaves its output as it was; of no memory by the address 0; of others by an exception after which its memory
 * may be in any state.
 */
export class WasmGuard {
  readonly console: ModuleConsole
  #running = false
  #printed: string[] = []
  #broken: EngineBroken | undefined

  constructor() {
    const { log, warn } = console
    this.console = { log: this.#printer(log), warn: this.#printer(warn) }
  }

  /** To be called once, with the module that was started under `console`. */
  watch(module: WasmModule): void {
    // Emscripten's first call replaces the function that was called.
    module._free(module._malloc(1))
    const allocate = module._malloc
    module._malloc = (bytes) => {
      // WebAssembly would take the rest of a division by 4 GiB for the size.
      if (bytes > ADDRESSABLE_BYTES) throw new Error(NO_MEMORY)
      const address = allocate(bytes)
      if (address === 0) throw this.#break(new OutOfMemory(NO_MEMORY))
      return address
    }
  }

  /** @throws EngineBroken where the module is not to be used again, an Error where only this run failed. */
  async run<T>(work: () => T | Promise<T>): Promise<T> {
    if (this.#broken !== undefined) throw this.#broken
    this.#running = true
    this.#printed = []
    try {
      const result = await work()
      this.#check()
      return result
    } catch (error) {
      throw this.#judge(error)
    } finally {
      this.#running = false
    }
  }

  #check(): void {
    if (this.#broken !== undefined) throw this.#broken
    const [line] = this.#printed
    if (line === undefined) return
    const kernel = NO_CODE_FOR_TYPE.exec(line)?.[1]
    throw kernel === undefined ? new Error(line) : new MissingKernel(kernel, 'wasm', line)
  }

  #judge(error: unknown): unknown {
    if (this.#broken !== undefined) return this.#broken
    if (!(error instanceof Error && error.name === 'RuntimeError')) return error
    return this.#break(new EngineBroken('The WebAssembly engine failed.', error))
  }

  #break(broken: EngineBroken): EngineBroken {
    if (this.#broken === undefined) {
      this.#broken = broken
      endThreadSoon()
    }
    return broken
  }

  #printer(otherwise: (...data: unknown[]) => void): (...data: unknown[]) => void {
    return (...data) => {
      if (this.#running) this.#printed.push(data.join(' '))
      else otherwise.apply(console, data)
    }
  }
}

/**
 * The memory is given back, and the engine started afresh, by the end of the thread: its pool starts another. The answer to
 * the request at hand is posted first. A main thread stays, and its engine refuses.
 */
function endThreadSoon(): void {
  if (!isMainThread) setTimeout(() => process.exit(1), 50)
}
