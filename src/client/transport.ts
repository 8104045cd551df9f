import type { Readable } from 'node:stream'
import type { Dispatcher } from 'undici'
import type { ConnectionOptions } from './connection-options.ts'
import { readTlsOptions } from './tls.ts'

/** One request as it goes out. */
export interface WireRequest {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string | Readable | undefined
  readonly signal?: AbortSignal | undefined
}

/** A host that takes no connection within this is taken for unreachable. */
const CONNECT_TIMEOUT_MS = 10_000

/**
 * The sockets of one connection. undici is loaded when the first request goes out, and the certificates are read
 * then. Proxies are the ones that undici reads from HTTP_PROXY, HTTPS_PROXY and NO_PROXY, in small letters first;
 * `direct` goes by none.
 */
export class Transport {
  readonly #options: ConnectionOptions
  readonly #timeoutMs: number
  readonly #direct: boolean
  #dispatcher: Promise<Dispatcher> | undefined

  constructor(
    options: ConnectionOptions,
    timeoutMs: number,
    { direct = false }: { readonly direct?: boolean } = {},
  ) {
    this.#options = options
    this.#timeoutMs = timeoutMs
    this.#direct = direct
  }

  /** One attempt, redirects not followed. Throws what undici throws. */
  async send({ method, url, headers, body, signal }: WireRequest): Promise<Dispatcher.ResponseData> {
    const dispatcher = await this.#opened(url.protocol)
    return dispatcher.request({
      method,
      origin: url.origin,
      path: url.pathname + url.search,
      headers: { ...headers },
      ...(body === undefined ? {} : { body }),
      ...(signal === undefined ? {} : { signal }),
    })
  }

  /** Ends what is under way. */
  async close(): Promise<void> {
    const dispatcher = await this.#dispatcher?.catch(() => undefined)
    await dispatcher?.destroy()
  }

  /** Tries again after a failure: a certificate file may have been put right. */
  async #opened(protocol: string): Promise<Dispatcher> {
    this.#dispatcher ??= this.#open(protocol)
    try {
      return await this.#dispatcher
    } catch (error) {
      this.#dispatcher = undefined
      throw error
    }
  }

  async #open(protocol: string): Promise<Dispatcher> {
    const [{ EnvHttpProxyAgent }, tls] = await Promise.all([import('undici'), readTlsOptions(this.#options)])
    const { cert, key, ...trust } = tls
    return new EnvHttpProxyAgent({
      ...(this.#direct ? { noProxy: '*' } : {}),
      // undici falls back to HTTP_PROXY for https; requests, and so MLflow, does not.
      ...(protocol === 'https:' ? { httpProxy: '' } : {}),
      allowH2: false,
      connect: { ...tls, timeout: Math.min(this.#timeoutMs, CONNECT_TIMEOUT_MS) },
      requestTls: tls,
      proxyTls: trust,
      headersTimeout: this.#timeoutMs,
      bodyTimeout: this.#timeoutMs,
    })
  }
}
