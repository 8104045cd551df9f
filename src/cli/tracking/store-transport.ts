import type { ApiTransport, WireCall } from '../../client/api/api-transport.ts'
import { routeNotFound } from '../../core/errors.ts'
import { EndpointRouter } from '../../server/tracking/endpoint-router.ts'
import { ENDPOINTS } from '../../server/tracking/endpoint-table.ts'
import type { Stores } from '../../store/stores.ts'

const JSON_TYPE = 'application/json'

/** Answers calls of MLflow's API from stores, by the code that answers them in a server. */
export class StoreTransport implements ApiTransport {
  /** Of the database, without credentials. */
  readonly url: string
  readonly #stores: Stores
  readonly #router = new EndpointRouter(ENDPOINTS, '')

  constructor(url: string, stores: Stores) {
    this.url = url
    this.#stores = stores
  }

  async answer({ verb, path, query, body }: WireCall): Promise<string> {
    const { call } = this.#router.find(verb, decodeURIComponent(`/api${path}`)) ?? {}
    const endpoint = call === undefined ? undefined : ENDPOINTS[call.index]
    if (call === undefined || endpoint === undefined) throw routeNotFound(`Nothing answers ${verb} ${path}`)
    const source = body === undefined ? { query } : { contentType: JSON_TYPE, body: Buffer.from(body) }
    return endpoint.answer(this.#stores, call.parameters, source)
  }

  close(): Promise<void> {
    return this.#stores.close()
  }
}
