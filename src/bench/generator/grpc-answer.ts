import type { IncomingHttpHeaders } from 'node:http2'
import { type Answer, MOST_KEPT } from './call.ts'
import type { PreparedRequest } from './prepared-request.ts'

const FRAME_PREFIX = 5

/** What comes back for one call of gRPC (gRPC over HTTP2, Responses). */
export class GrpcAnswer implements Answer {
  readonly retryAfter = undefined
  readonly location = undefined
  readonly contentEncoding = undefined
  serverTiming: string | undefined
  message: string | undefined
  readonly #keepsBody: boolean
  readonly #pieces: Buffer[] = []
  #kept = 0
  #status: number | undefined
  #httpStatus = 0

  constructor({ expected }: PreparedRequest) {
    this.#keepsBody = expected.check !== undefined
  }

  /** The code of the trailers; -1 where they have none. */
  get status(): number {
    return this.#status ?? -1
  }

  /** What is wrong where there is no status: none of HTTP's own, or none of gRPC's. */
  get fault(): string | undefined {
    if (this.#status !== undefined) return undefined
    if (this.#httpStatus === 0) return 'CLOSED'
    return this.#httpStatus === 200 ? 'NO_GRPC_STATUS' : `HTTP ${this.#httpStatus}`
  }

  /** The message without its frame. */
  get body(): Buffer | undefined {
    if (!this.#keepsBody) return undefined
    const whole = this.#pieces.length === 1 ? this.#pieces[0]! : Buffer.concat(this.#pieces)
    return whole.subarray(FRAME_PREFIX)
  }

  /** Trailers alone come as headers. */
  headers(headers: IncomingHttpHeaders, wantsTiming: boolean): void {
    this.#httpStatus = Number(headers[':status'])
    const timing = headers['server-timing']
    if (wantsTiming && timing !== undefined) this.serverTiming = String(timing)
    this.trailers(headers)
  }

  trailers(headers: IncomingHttpHeaders): void {
    const status = headers['grpc-status']
    if (status === undefined) return
    this.#status = Number(status)
    const message = headers['grpc-message']
    if (message !== undefined) this.message = decoded(String(message))
  }

  data(piece: Buffer): void {
    if (!this.#keepsBody || this.#kept >= MOST_KEPT) return
    this.#pieces.push(piece)
    this.#kept += piece.length
  }
}

function decoded(message: string): string {
  try {
    return decodeURIComponent(message)
  } catch {
    return message
  }
}
