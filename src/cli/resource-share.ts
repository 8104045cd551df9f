import { availableResources, type Resources } from '../runtime/cores.ts'

/** What a server may use of the machine, of which it may turn out later that others serve beside it. */
export class ResourceShare implements Resources {
  readonly #all = availableResources()
  #parts: number

  /** @param parts in how many equal parts the machine is divided. */
  constructor(parts: number) {
    this.#parts = parts
  }

  /** Holds for what is loaded from now on. */
  divide(parts: number): void {
    this.#parts = parts
  }

  get cores(): number {
    return Math.max(1, Math.floor(this.#all.cores / this.#parts))
  }

  get memoryBytes(): number {
    return this.#all.memoryBytes / this.#parts
  }

  /** Undivided. */
  get machine(): Resources {
    return this.#all
  }
}
