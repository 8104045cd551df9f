import { Readable } from 'node:stream'
import { gunzipSync } from 'node:zlib'
import { connectionFailure, type FailureSettings } from '../../client/connection-failure.ts'
import { Transport } from '../../client/transport.ts'
import { cancelled } from '../../core/errors.ts'
import { isRecord } from '../../core/record.ts'
import type { Peer, PeerAnswer, Question } from './peer.ts'

/** A model may take its time for the first request. */
const TIMEOUT_MS = 60_000

export interface PeerInit {
  /** `http://host:port` */
  readonly origin: string
  /** Of all questions: credentials. */
  readonly headers: Readonly<Record<string, string>>
  /** Any certificate will do. */
  readonly insecure?: boolean | undefined
  readonly signal?: AbortSignal | undefined
}

const FAILURE_SETTINGS: FailureSettings = { authority: 'NODE_EXTRA_CA_CERTS, or take any with --insecure' }

/** A server over HTTP, asked as it is measured: without a proxy, nothing is sent again, and no redirect followed. */
export class HttpPeer implements Peer {
  readonly transport = 'http'
  readonly url: string
  readonly #init: PeerInit
  readonly #transport: Transport

  constructor(init: PeerInit) {
    this.url = init.origin
    this.#init = init
    const { origin: url, insecure: insecureTls } = init
    this.#transport = new Transport({ url, insecureTls }, TIMEOUT_MS, { direct: true })
  }

  async ask({ method, path, headers, body }: Question): Promise<PeerAnswer> {
    const { signal } = this.#init
    try {
      const {
        statusCode,
        headers: replied,
        body: content,
      } = await this.#transport.send({
        method: method === 'GET' || method === 'PUT' || method === 'HEAD' ? method : 'POST',
        url: new URL(`${this.url}${path}`),
        headers: {
          'accept-encoding': 'identity',
          ...headers,
          ...this.#init.headers,
          ...(body === undefined ? {} : { 'content-length': String(body.byteLength) }),
        },
        ...(body === undefined ? {} : { body: Readable.from([Buffer.from(body)], { objectMode: false }) }),
        ...(signal === undefined ? {} : { signal }),
      })
      const bytes = Buffer.from(await content.arrayBuffer())
      const whole = replied['content-encoding'] === 'gzip' ? gunzipSync(bytes) : bytes
      const { location } = replied
      return {
        ...{ status: statusCode, body: whole, text: whole.toString('utf8') },
        location: typeof location === 'string' ? location : undefined,
      }
    } catch (cause) {
      if (signal?.aborted === true) throw cancelled('The search for a target was ended')
      throw connectionFailure(cause, { url: this.url, timeoutMs: TIMEOUT_MS, settings: FAILURE_SETTINGS })
    }
  }

  get(path: string): Promise<PeerAnswer> {
    return this.ask({ method: 'GET', path })
  }

  post(path: string, value: object): Promise<PeerAnswer> {
    const body = Buffer.from(JSON.stringify(value))
    return this.ask({ method: 'POST', path, headers: { 'content-type': 'application/json' }, body })
  }

  /** The JSON value of an answer that succeeded. */
  async json(path: string): Promise<unknown> {
    return jsonOf(await this.get(path))
  }

  async close(): Promise<void> {
    await this.#transport.close()
  }
}

/** The JSON value of an answer that succeeded; undefined where it has none. */
export function jsonOf({ status, text }: PeerAnswer): unknown {
  if (status < 200 || status >= 300) return undefined
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** The objects of a list of an answer. */
export function recordsOf(value: unknown): readonly Readonly<Record<string, unknown>>[] {
  return Array.isArray(value) ? value.filter(isRecord) : []
}
