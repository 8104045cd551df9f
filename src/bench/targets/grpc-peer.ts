import type { Client, Metadata } from '@grpc/grpc-js'
import { cancelled, unreachable } from '../../core/errors.ts'
import { isRecord } from '../../core/record.ts'
import { ProtoMessages } from '../../protocols/open-inference/grpc/proto-messages.ts'
import { hopeless } from './hopeless.ts'
import type { PeerInit } from './http-peer.ts'
import type { Peer, PeerAnswer, Question } from './peer.ts'

/** A model may take its time for the first request. */
const TIMEOUT_MS = 60_000
const MOST_BYTES = 256 * 1024 * 1024
/** gRPC's code for a server that is not there. (grpc/doc/statuscodes.md) */
const UNAVAILABLE = 14
/** PERMISSION_DENIED and UNAUTHENTICATED. */
const CLOSED: ReadonlySet<number> = new Set([7, 16])

/** A server of the inference service over gRPC. */
export class GrpcPeer implements Peer {
  readonly transport = 'grpc'
  readonly url: string
  readonly #init: PeerInit
  readonly #messages: ProtoMessages
  readonly #client: Client
  readonly #metadata: Metadata

  private constructor(
    init: PeerInit,
    parts: { messages: ProtoMessages; client: Client; metadata: Metadata },
  ) {
    this.url = init.origin
    this.#init = init
    this.#messages = parts.messages
    this.#client = parts.client
    this.#metadata = parts.metadata
  }

  /** @param init with an origin of `grpc://host:port`, `grpcs://host:port` */
  static async open(init: PeerInit): Promise<GrpcPeer> {
    const [grpc, messages] = await Promise.all([import('@grpc/grpc-js'), ProtoMessages.load()])
    const { protocol, host } = new URL(init.origin)
    const credentials =
      protocol === 'grpcs:'
        ? grpc.credentials.createSsl(null, null, null, { rejectUnauthorized: init.insecure !== true })
        : grpc.credentials.createInsecure()
    const client = new grpc.Client(host, credentials, {
      'grpc.max_receive_message_length': MOST_BYTES,
      'grpc.max_send_message_length': MOST_BYTES,
      'grpc.enable_retries': 0,
      'grpc.enable_http_proxy': 0,
    })
    const metadata = new grpc.Metadata()
    for (const [name, value] of Object.entries(init.headers)) {
      // Values of such headers are bytes, in base64 on the wire (gRPC over HTTP2, "Custom-Metadata").
      metadata.set(name, name.endsWith('-bin') ? Buffer.from(value, 'base64') : value)
    }
    return new GrpcPeer(init, { messages, client, metadata })
  }

  ask({ path, body }: Question): Promise<PeerAnswer> {
    const { signal } = this.#init
    return new Promise((resolve, reject) => {
      const call = this.#client.makeUnaryRequest<Buffer, Buffer>(
        path,
        (bytes) => bytes,
        (bytes) => bytes,
        Buffer.from(body ?? []),
        this.#metadata,
        { deadline: Date.now() + TIMEOUT_MS },
        (error, reply = Buffer.alloc(0)) => {
          signal?.removeEventListener('abort', cancel)
          if (signal?.aborted === true) reject(cancelled('The search for a target was ended'))
          else if (error?.code === UNAVAILABLE)
            reject(unreachable(`${this.url} does not answer: ${reasonOf(error.details)}`))
          else resolve({ status: error?.code ?? 0, body: reply, text: error?.details ?? '' })
        },
      )
      const cancel = () => call.cancel()
      signal?.addEventListener('abort', cancel)
    })
  }

  /**
   * The message that a method of the service answers with; undefined where it fails, as one that the server has not.
   * @throws ServingError INVALID_PARAMETER_VALUE where credentials are wanted
   */
  async call(name: string, request: object): Promise<Readonly<Record<string, unknown>> | undefined> {
    const { path, requestSerialize, responseDeserialize } = this.#messages.method(name)
    const answer = await this.ask({ method: 'POST', path, body: requestSerialize(request) })
    const closed = CLOSED.has(answer.status) ? hopeless(`${this.url}${path}`, 'grpc', answer) : undefined
    if (closed !== undefined) throw closed
    const message: unknown = answer.status === 0 ? responseDeserialize(Buffer.from(answer.body)) : undefined
    return isRecord(message) ? message : undefined
  }

  /** The path of a method, and the bytes of its requests. */
  writer(name: string): { readonly path: string; readonly write: (request: object) => Uint8Array } {
    const { path, requestSerialize } = this.#messages.method(name)
    return { path, write: requestSerialize }
  }

  async close(): Promise<void> {
    this.#client.close()
  }
}

/** Why a server is unavailable, in the words of grpc-js, without its time and what it says of names. */
function reasonOf(details: string): string {
  if (/ECONNREFUSED/.test(details)) return 'the connection was refused (is the server running there?)'
  if (/certificate/.test(details)) {
    return 'its certificate is not accepted. Name its authority with NODE_EXTRA_CA_CERTS, or take any with --insecure'
  }
  if (/SSL routines/.test(details)) return 'TLS failed. Is it a grpc:// address?'
  if (/Protocol error/.test(details)) return 'it does not speak gRPC. Is it an http:// address?'
  return details.replace(/\s*Resolution note:\s*$/, '').replaceAll(/ \(\d{4}-\d\d-\d\dT[^)]*\)/g, '')
}
