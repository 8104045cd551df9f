import type { LoadedModel } from '../loaded-model.ts'
import type { Shelving } from '../model-shelf.ts'

/** Models that are loaded one after the other to be all the versions under a name, and that are given up together. */
export class ModelPreparation {
  readonly name: string
  /** Those that are loaded. */
  readonly shelved: Shelving<LoadedModel>[] = []
  readonly #controller = new AbortController()
  readonly #over = Promise.withResolvers<void>()

  constructor(name: string) {
    this.name = name
  }

  get models(): readonly LoadedModel[] {
    return this.shelved.map(({ model }) => model)
  }

  /** Settles once all are loaded, or nothing is left of any. Never rejects. */
  get over(): Promise<void> {
    return this.#over.promise
  }

  /** No more of them are loaded. */
  giveUp(reason: Error): void {
    this.#controller.abort(reason)
  }

  /** @throws the reason for which they were given up. */
  throwIfGivenUp(): void {
    this.#controller.signal.throwIfAborted()
  }

  end(): void {
    this.#over.resolve()
  }
}
