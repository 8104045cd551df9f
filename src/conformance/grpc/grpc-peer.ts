import type { Client, Metadata, MethodDefinition, ServiceError } from '@grpc/grpc-js'
import type { PackageDefinition } from '@grpc/proto-loader'
import { invalidParameter } from '../../core/errors.ts'
import { isRecord } from '../../core/record.ts'
import { fail, must, shown } from '../verdict.ts'
import type { JsonObject } from '../wire/read-answer.ts'
import { type Exchange, excerpt, type Transcript } from '../wire/transcript.ts'
import { MESSAGES } from './messages.ts'

export interface GrpcPeerInit {
  /** `host:port`, or `grpcs://host:port` with TLS. */
  readonly address: string
  readonly headers: Readonly<Record<string, string>>
  readonly transcript: Transcript
}

/** What a call ended with; the message where the code is 0 (OK). */
export interface GrpcAnswer {
  readonly code: number
  readonly details: string
  readonly message: JsonObject
}

/** Codes of gRPC that cases look for. (grpc/doc/statuscodes.md) */
export const GRPC_CODES = {
  ok: 0,
  invalidArgument: 3,
  notFound: 5,
  unimplemented: 12,
  unavailable: 14,
} as const

const INFERENCE = 'inference.GRPCInferenceService'
const MAX_MESSAGE_BYTES = 64 * 1024 * 1024
/** What a call is given at most where its case has no shorter time. */
const CALL_TIMEOUT_MS = 60_000

/** The server over gRPC: calls by name, answers as they are. */
export class GrpcPeer {
  readonly #client: Client
  readonly #definitions: PackageDefinition
  readonly #metadata: Metadata
  readonly #transcript: Transcript
  /** Of the case that runs. */
  signal: AbortSignal | undefined

  private constructor(
    client: Client,
    definitions: PackageDefinition,
    metadata: Metadata,
    transcript: Transcript,
  ) {
    this.#client = client
    this.#definitions = definitions
    this.#metadata = metadata
    this.#transcript = transcript
  }

  /** @throws ServingError INVALID_PARAMETER_VALUE for what is no address */
  static async open({ address, headers, transcript }: GrpcPeerInit): Promise<GrpcPeer> {
    const [, secure, target] = /^(?:grpc(s?):\/\/)?([^/]+:\d+)$/.exec(address) ?? []
    if (target === undefined) throw invalidParameter(`'${address}' is not host:port`)
    const [grpc, { fromJSON }] = await Promise.all([import('@grpc/grpc-js'), import('@grpc/proto-loader')])
    const credentials = secure === 's' ? grpc.credentials.createSsl() : grpc.credentials.createInsecure()
    const metadata = new grpc.Metadata()
    for (const [name, value] of Object.entries(headers)) metadata.set(name, value)
    const client = new grpc.Client(target, credentials, {
      'grpc.max_receive_message_length': MAX_MESSAGE_BYTES,
      'grpc.max_send_message_length': MAX_MESSAGE_BYTES,
      'grpc.enable_retries': 0,
    })
    const definitions = fromJSON(MESSAGES, { keepCase: true, longs: String, defaults: true })
    return new GrpcPeer(client, definitions, metadata, transcript)
  }

  close(): void {
    this.#client.close()
  }

  call(method: string, request: object, service = INFERENCE): Promise<GrpcAnswer> {
    const { path, requestSerialize, responseDeserialize } = this.#method(service, method)
    const exchange = this.#transcript.sent(`${path} ${messageText(request)}`)
    return new Promise((resolve) => {
      const call = this.#client.makeUnaryRequest(
        path,
        requestSerialize,
        responseDeserialize,
        request,
        this.#metadata,
        { deadline: Date.now() + CALL_TIMEOUT_MS },
        (error, message) => resolve(answered(exchange, error, message)),
      )
      this.signal?.addEventListener('abort', () => call.cancel(), { once: true })
    })
  }

  /** The message of a call that must succeed. */
  async succeed(method: string, request: object, service = INFERENCE): Promise<JsonObject> {
    const { code, details, message } = await this.call(method, request, service)
    must(code === GRPC_CODES.ok, `${method} must succeed`, `${code} ${details}`)
    return message
  }

  /** Sends all requests on one stream and ends it: the answers until the server ends it too. */
  stream(
    method: string,
    requests: readonly object[],
    service = INFERENCE,
  ): Promise<GrpcAnswer & { readonly messages: readonly JsonObject[] }> {
    const { path, requestSerialize, responseDeserialize } = this.#method(service, method)
    const exchange = this.#transcript.sent(`${path} ${requests.map(messageText).join('\n')}`)
    const messages: JsonObject[] = []
    return new Promise((resolve) => {
      const call = this.#client.makeBidiStreamRequest(
        path,
        requestSerialize,
        responseDeserialize,
        this.#metadata,
        {
          deadline: Date.now() + CALL_TIMEOUT_MS,
        },
      )
      this.signal?.addEventListener('abort', () => call.cancel(), { once: true })
      call.on('data', (message: unknown) => messages.push(isRecord(message) ? message : {}))
      call.on('error', () => undefined)
      call.on('status', ({ code, details }: { code: number; details: string }) => {
        exchange.received = excerpt(`${code} ${details}\n${messages.map(messageText).join('\n')}`)
        resolve({ code, details, message: {}, messages })
      })
      for (const request of requests) call.write(request)
      call.end()
    })
  }

  #method(service: string, method: string): MethodDefinition<object, object> {
    const found = this.#definitions[service]
    const definition = found !== undefined && isRecord(found) ? found[method] : undefined
    return isMethod(definition) ? definition : fail(`there is no ${service}/${method}`)
  }
}

function isMethod(value: unknown): value is MethodDefinition<object, object> {
  return isRecord(value) && typeof value['path'] === 'string'
}

function answered(exchange: Exchange, error: ServiceError | null, message: object | undefined): GrpcAnswer {
  const answer = {
    code: error?.code ?? 0,
    details: error?.details ?? '',
    message: isRecord(message) ? message : {},
  }
  exchange.received = excerpt(
    error === null ? messageText(answer.message) : `${answer.code} ${answer.details}`,
  )
  return answer
}

/** A message as a report shows it: bytes as their number. */
function messageText(message: object): string {
  const text = JSON.stringify(message, (_, value: unknown) =>
    isBufferJson(value) ? `<${value.data.length} bytes>` : value,
  )
  return text ?? shown(message)
}

function isBufferJson(value: unknown): value is { readonly data: readonly number[] } {
  return isRecord(value) && value['type'] === 'Buffer' && Array.isArray(value['data'])
}
