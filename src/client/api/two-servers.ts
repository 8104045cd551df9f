import type { CallOptions } from '../connection-options.ts'
import type { ApiTransport, WireCall } from './api-transport.ts'

const REGISTRY = /^\/2\.0\/mlflow\/(?:registered-models|model-versions)\//

/** A tracking server, and another that is the registry. */
export class TwoServers implements ApiTransport {
  readonly #tracking: ApiTransport
  readonly #registry: ApiTransport

  constructor(tracking: ApiTransport, registry: ApiTransport) {
    this.#tracking = tracking
    this.#registry = registry
  }

  get url(): string {
    return this.#tracking.url
  }

  answer(call: WireCall, options?: CallOptions): Promise<string> {
    return (REGISTRY.test(call.path) ? this.#registry : this.#tracking).answer(call, options)
  }

  async close(): Promise<void> {
    await Promise.all([this.#tracking.close(), this.#registry.close()])
  }
}
