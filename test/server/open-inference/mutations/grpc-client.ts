import { type ClientHttp2Session, connect, constants } from 'node:http2'
import type { GrpcRequest } from './mutated-message.ts'

/** Longer than any request may take (60 s). */
const PATIENCE_MS = 90_000

export interface GrpcReply {
  /** Undefined where the stream ended without one. */
  readonly status: number | undefined
  readonly message: string
  readonly httpStatus: number
  /** HTTP/2 code with which the stream was reset; 0 where it was not. */
  readonly resetCode: number
  readonly body: Buffer
}

/** gRPC by node's own HTTP/2, which sends whatever it is told to. */
export class GrpcClient {
  readonly #url: string
  #session: ClientHttp2Session | undefined

  constructor(url: string) {
    this.#url = url
  }

  send({ path, headers, body }: GrpcRequest): Promise<GrpcReply> {
    const fields = { 'content-type': 'application/grpc', te: 'trailers', ...headers }
    return new Promise((resolve, reject) => {
      // Node ends the connection of a stream whose length is not the one that was said.
      const session = 'content-length' in headers ? this.#connect() : this.#open()
      const stream = session.request({ ':method': 'POST', ':path': path, ...fields })
      let seen: Record<string, unknown> = {}
      const chunks: Buffer[] = []
      const take = (more: Record<string, unknown>): void => {
        seen = { ...seen, ...more }
      }
      stream.on('response', take)
      stream.on('trailers', take)
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.setTimeout(PATIENCE_MS, () => {
        stream.close(constants.NGHTTP2_CANCEL)
        reject(new Error('no answer'))
      })
      // A reset is told by its code.
      stream.on('error', () => {})
      stream.once('close', () => {
        if (session !== this.#session) session.destroy()
        resolve({
          status: seen['grpc-status'] === undefined ? undefined : Number(seen['grpc-status']),
          message: decodeURIComponent(String(seen['grpc-message'] ?? '')),
          httpStatus: Number(seen[':status'] ?? 0),
          resetCode: stream.rstCode,
          body: Buffer.concat(chunks),
        })
      })
      stream.end(body)
    })
  }

  close(): void {
    this.#session?.close()
  }

  /** A server may end a connection on which nonsense is sent; the next request opens another. */
  #open(): ClientHttp2Session {
    if (this.#session === undefined || this.#session.closed || this.#session.destroyed) {
      this.#session = this.#connect()
    }
    return this.#session
  }

  #connect(): ClientHttp2Session {
    const session = connect(this.#url)
    session.on('error', () => {})
    return session
  }
}
