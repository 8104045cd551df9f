import { type IncomingMessage, request as plainRequest, type RequestOptions } from 'node:http'
import { request as tlsRequest } from 'node:https'
import { messageOf } from '../../core/errors.ts'
import { Verdict } from '../verdict.ts'
import { type Exchange, excerpt, type Transcript } from './transcript.ts'

export interface RestRequest {
  readonly method: 'GET' | 'POST'
  /** From the server's URL on: `/v2/health/live`. */
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array
}

export interface RestAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
  readonly body: Uint8Array
}

export interface RestPeerInit {
  /** Without `/` at the end. */
  readonly url: string
  /** Of all requests: credentials. */
  readonly headers: Readonly<Record<string, string>>
  readonly transcript: Transcript
}

/** The connection ended, or there was none, before an answer was complete. */
export class NoAnswer extends Verdict {
  constructor(cause: unknown) {
    super('fail', `the server gave no complete answer: ${messageOf(cause)}`)
  }
}

const MAX_BODY_BYTES = 64 * 1024 * 1024

/** The server over HTTP, as it is: nothing is decoded, retried or followed, and each request has its own connection. */
export class RestPeer {
  readonly #init: RestPeerInit
  /** Of the case that runs. */
  signal: AbortSignal | undefined

  constructor(init: RestPeerInit) {
    this.#init = init
  }

  get(path: string, headers: Readonly<Record<string, string>> = {}): Promise<RestAnswer> {
    return this.send({ method: 'GET', path, headers })
  }

  postJson(path: string, body: string): Promise<RestAnswer> {
    return this.send({ method: 'POST', path, headers: { 'content-type': 'application/json' }, body })
  }

  /** @throws NoAnswer */
  async send(asked: RestRequest): Promise<RestAnswer> {
    const exchange = this.#init.transcript.sent(requestText(asked))
    try {
      const answer = await this.#exchange(asked)
      exchange.received = answerText(answer)
      return answer
    } catch (error) {
      throw error instanceof Verdict ? error : noAnswer(error, exchange)
    }
  }

  #exchange({ method, path, headers, body }: RestRequest): Promise<RestAnswer> {
    const url = new URL(`${this.#init.url}${path}`)
    const options: RequestOptions = {
      method,
      agent: false,
      headers: { ...this.#init.headers, ...headers, ...lengthOf(body) },
      ...(this.signal === undefined ? {} : { signal: this.signal }),
    }
    return new Promise((resolve, reject) => {
      const request = url.protocol === 'https:' ? tlsRequest(url, options) : plainRequest(url, options)
      request.on('response', (message) => readAnswer(message).then(resolve, reject))
      request.on('error', reject)
      request.end(body)
    })
  }
}

function lengthOf(body: string | Uint8Array | undefined): Readonly<Record<string, string>> {
  return body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }
}

async function readAnswer(message: IncomingMessage): Promise<RestAnswer> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of message as AsyncIterable<Uint8Array>) {
    length += chunk.byteLength
    if (length > MAX_BODY_BYTES) throw new Error(`the answer is longer than ${MAX_BODY_BYTES} bytes`)
    chunks.push(chunk)
  }
  return { status: message.statusCode ?? 0, headers: message.headers, body: Buffer.concat(chunks) }
}

function noAnswer(error: unknown, exchange: Exchange): NoAnswer {
  exchange.received = messageOf(error)
  return new NoAnswer(error)
}

function requestText({ method, path, headers, body }: RestRequest): string {
  const lines = Object.entries(headers ?? {}).map(([name, value]) => `${name}: ${value}`)
  const content = body === undefined ? [] : [Buffer.from(body).toString('utf8')]
  return [`${method} ${path}`, ...lines, ...content].join('\n')
}

function answerText({ status, headers, body }: RestAnswer): string {
  const shown = ['content-type', 'content-encoding', 'inference-header-content-length']
  const lines = shown.filter((name) => name in headers).map((name) => `${name}: ${String(headers[name])}`)
  return [`HTTP ${status}`, ...lines, excerpt(Buffer.from(body).toString('utf8'))].join('\n')
}
