import type { IncomingMessage, ServerResponse } from 'node:http'
import type { BodySink, ChannelWatcher, ReplyChannel } from './reply-channel.ts'
import { shortBody } from './short-body.ts'

/** A refused body is read on for this long and this far, so that its sender gets to see the answer. */
const DRAIN_MS = 10_000
const DRAIN_BYTES = 256 * 1024 * 1024

/** The way back of a request that node:http has read. */
export class NodeHttpChannel implements ReplyChannel {
  readonly #request: IncomingMessage
  readonly #response: ServerResponse
  #sink: BodySink | undefined

  constructor(request: IncomingMessage, response: ServerResponse) {
    this.#request = request
    this.#response = response
  }

  /** What comes behind a request is not to be seen through node:http. */
  get isFollowed(): boolean {
    return false
  }

  watch(watcher: ChannelWatcher): void {
    const response = this.#response
    response.on('close', () => {
      // An answered request whose body did not end says nothing more of itself.
      this.#sink?.fail()
      watcher.closed(response.writableFinished ? response.statusCode : undefined)
    })
  }

  write(status: number, headers: string[], body: string | Uint8Array, bytes: number): void {
    try {
      this.#response.writeHead(status, headers)
      writeBody(this.#response, body, bytes)
    } catch (error) {
      // A header that node:http refuses is a defect of ours, and must not cost the others of the burst their replies.
      this.#response.destroy(error instanceof Error ? error : undefined)
    }
  }

  refuse(status: number, headers: string[], body: string): void {
    const response = this.#response
    response.writeHead(status, headers)
    response.write(body)
    drain(this.#request, () => response.end())
  }

  proceed(): void {
    this.#response.writeContinue()
  }

  receive(sink: BodySink): () => void {
    const request = this.#request
    this.#sink = sink
    const take = (chunk: Buffer): void => sink.take(chunk)
    request.on('data', take)
    request.on('end', () => sink.end())
    request.on('error', () => sink.fail())
    return () => request.off('data', take)
  }

  endConnection(): void {
    if (!this.#response.headersSent) this.#response.shouldKeepAlive = false
  }
}

/** A text goes out in one piece with the head; bytes are a piece of their own. */
function writeBody(response: ServerResponse, body: string | Uint8Array, bytes: number): void {
  const text = shortBody(body, bytes)
  if (text === undefined) response.end(body)
  else response.end(text, 'latin1')
}

/** Reads and forgets what still comes, until it ends or there was enough of it; then calls `done` once. */
function drain(request: IncomingMessage, done: () => void): void {
  let left = DRAIN_BYTES
  const timer = setTimeout(stop, DRAIN_MS)
  function stop(): void {
    clearTimeout(timer)
    request.off('data', count)
    request.pause()
    done()
  }
  function count(chunk: Buffer): void {
    left -= chunk.length
    if (left <= 0) stop()
  }
  request.on('data', count)
  request.once('end', stop)
  request.once('error', stop)
}
