import type { IncomingHttpHeaders } from 'node:http2'
import { unauthenticated } from '../../../core/errors.ts'
import type { ApiKeys } from '../../api-keys.ts'
import type { ExchangeRegistry } from '../../exchange-registry.ts'
import { isPlainId, requestId } from '../../request-id.ts'
import { wantedTimeoutMs } from '../../time-limit.ts'
import { childTraceparent } from '../../trace-context.ts'
import { timeoutOf } from './grpc-headers.ts'
import { type GrpcReply, GrpcRequest } from './grpc-request.ts'

/** What every call passes first: its requests get their ids and their places in the registry, and it shows its key. */
export class GrpcGate {
  readonly #registry: ExchangeRegistry
  readonly #apiKeys: ApiKeys | undefined

  constructor(registry: ExchangeRegistry, apiKeys: ApiKeys | undefined) {
    this.#registry = registry
    this.#apiKeys = apiKeys
  }

  /** A request of a call with these headers, to be answered once. */
  open(path: string, headers: IncomingHttpHeaders, reply: GrpcReply): GrpcRequest {
    const given = headers['x-request-id']
    const request = new GrpcRequest({
      id: requestId({ headers }),
      idIsGiven: typeof given === 'string' && isPlainId(given),
      traceparent: childTraceparent(headers['traceparent']),
      path,
      headers,
      observer: this.#registry,
      reply,
    })
    this.#registry.add(request)
    return request
  }

  /** Which of several API keys was shown. @throws ServingError UNAUTHENTICATED where one is needed, and none was. */
  apiKeyOf(headers: IncomingHttpHeaders): number | undefined {
    if (this.#apiKeys === undefined) return undefined
    const shown = this.#apiKeys.shownBy({ headers })
    if (shown < 0) {
      throw unauthenticated(
        'A valid API key is needed, as metadata: `authorization: Bearer KEY` or `x-api-key: KEY`.',
      )
    }
    return this.#apiKeys.count > 1 ? shown : undefined
  }
}

/**
 * For how many milliseconds the client waits, by `grpc-timeout` or by our own header; Infinity where it does not say.
 * @throws ServingError BAD_REQUEST
 */
export function patienceMs(headers: IncomingHttpHeaders): number {
  const byProtocol = timeoutOf(headers['grpc-timeout']) ?? Number.POSITIVE_INFINITY
  const byHeader = wantedTimeoutMs({ headers }) ?? Number.POSITIVE_INFINITY
  return Math.min(byProtocol, byHeader)
}
