import { setTimeout as sleep } from 'node:timers/promises'
import { pino } from 'pino'
import { expect } from 'vitest'
import type { BatchingOptions } from '../../../../src/runtime/batching/batching-state.ts'
import { DataPlane } from '../../../../src/runtime/data-plane.ts'
import { ModelRepository } from '../../../../src/runtime/model-repository.ts'
import type { Placement } from '../../../../src/runtime/served-model.ts'
import { buildApp } from '../../../../src/server/app.ts'
import { listen, type RunningServer } from '../../../../src/server/listen.ts'
import { Client } from './client.ts'
import type { RecordedModel } from './recorded-models.ts'

const PATIENCE_MS = 60_000
/** Whatever is predicted of a queue, nothing is refused: what is compared here are answers. */
const LIMITS = { requestTimeoutMs: 3_600_000 }

export interface ServingOptions {
  readonly models: readonly RecordedModel[]
  readonly placement: Placement
  readonly batching: BatchingOptions
  readonly workers: number
  readonly clients: number
}

/** A server in this process, and clients of it. */
export class Serving {
  readonly repository: ModelRepository
  readonly dataPlane = new DataPlane()
  readonly #clients: number
  #server: RunningServer | undefined
  #client: Client | undefined

  private constructor({ models, placement, batching, workers, clients }: ServingOptions) {
    this.#clients = clients
    this.repository = new ModelRepository({
      ...{ placement, batching, workers, expectedModels: models.length },
      resolve: async (path) => ({
        ...{ uri: path, canonicalUri: path, name: path, version: undefined, alias: undefined, path },
        origin: { kind: 'local', location: path, registry: undefined },
      }),
    })
  }

  static async start(options: ServingOptions): Promise<Serving> {
    const serving = new Serving(options)
    await serving.#start(options.models)
    return serving
  }

  get client(): Client {
    return this.#client!
  }

  async #start(models: readonly RecordedModel[]): Promise<void> {
    for (const { folder, name } of models) await this.repository.load(folder, name)
    const logger = pino({ level: 'silent' })
    const app = await buildApp({ models: this.repository, dataPlane: this.dataPlane, logger, limits: LIMITS })
    this.#server = await listen(app, { host: '127.0.0.1', port: 0 })
    this.#client = new Client(this.#server.url, this.#clients)
  }

  /** Until every model is batched, or known not to be. */
  async tuned(): Promise<void> {
    const until = performance.now() + PATIENCE_MS
    while (this.repository.list().some(({ batching }) => batching.state === 'testing')) {
      expect(performance.now()).toBeLessThan(until)
      await sleep(10)
    }
  }

  async end(): Promise<void> {
    await this.#client?.close()
    await this.#server?.stop({ graceMs: 0 })
    await this.repository.close()
  }
}
