import type { ResolvedModel } from '../core/resolved-model.ts'
import type { RegistryClient, ResolveOptions } from '../registry-client/registry-client.ts'

/**
 * A registry that is open while it is asked: at the start for all models together, later for each that is loaded. A server
 * keeps no connections and no database open that it may never use again.
 */
export class ReopeningRegistry {
  readonly #open: () => RegistryClient
  #client: RegistryClient | undefined
  #asking = 0

  constructor(open: () => RegistryClient) {
    this.#open = open
  }

  /** @throws ServingError as the registry's own. */
  async resolve(uri: string, options: ResolveOptions): Promise<ResolvedModel> {
    this.#client ??= this.#open()
    const client = this.#client
    this.#asking += 1
    try {
      return await client.resolve(uri, options)
    } finally {
      this.#asking -= 1
      if (this.#asking === 0) {
        this.#client = undefined
        await client.close()
      }
    }
  }
}
