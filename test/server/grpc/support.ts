import { fileURLToPath } from 'node:url'
import {
  type ChannelCredentials,
  Client,
  compressionAlgorithms,
  credentials,
  Metadata,
  type ServiceError,
} from '@grpc/grpc-js'
import { loadSync, type MethodDefinition } from '@grpc/proto-loader'
import { onTestFinished } from 'vitest'
import { type App, buildApp } from '../../../src/server/app.ts'
import { listenGrpc, type RunningGrpc } from '../../../src/server/grpc/listen-grpc.ts'
import { listen, type RunningServer } from '../../../src/server/listen.ts'
import type { ServerOptions } from '../../../src/server/server-options.ts'
import { serverOptions } from '../support/running.ts'

const FOLDER = fileURLToPath(new URL('../../../src/protocols/open-inference/grpc/', import.meta.url))
const definition = loadSync(['open-inference.proto', 'health.proto'], {
  includeDirs: [FOLDER],
  keepCase: true,
  longs: String,
  enums: String,
  defaults: true,
})

export type Message = Record<string, unknown>

export interface RunningPair {
  readonly app: App
  readonly server: RunningServer
  readonly grpc: RunningGrpc
  readonly address: string
}

/** HTTP and gRPC of one model that adds up rows, unless told otherwise. */
export async function startGrpc(overrides: Partial<ServerOptions> = {}): Promise<RunningPair> {
  const app = await buildApp(serverOptions(overrides))
  const grpc = await listenGrpc(app, { host: '127.0.0.1', port: 0 })
  const server = await listen(app, { host: '127.0.0.1', port: 0 })
  server.accompany(grpc)
  onTestFinished(() => server.stop({ graceMs: 0 }))
  return { app, server, grpc, address: `127.0.0.1:${grpc.port}` }
}

type Method = MethodDefinition<object, object>

function methodOf(service: string, name: string): Method {
  return (definition[service] as unknown as Record<string, Method>)[name]!
}

export interface CallOptions {
  readonly metadata?: Readonly<Record<string, string>>
  readonly deadlineMs?: number
  readonly raw?: Buffer
}

export interface Answered {
  readonly reply: Message
  readonly trailers: Record<string, unknown>
}

/** A real client of gRPC, closed at the end of the test. */
export class TestClient {
  readonly client: Client

  /** @param coding in which it sends its messages. */
  constructor(
    address: string,
    by: ChannelCredentials = credentials.createInsecure(),
    coding: keyof typeof compressionAlgorithms = 'identity',
  ) {
    this.client = new Client(address, by, {
      'grpc.default_compression_algorithm': compressionAlgorithms[coding],
      'grpc.max_receive_message_length': -1,
      'grpc.max_send_message_length': -1,
      'grpc.use_local_subchannel_pool': 1,
    })
    onTestFinished(() => this.client.close())
  }

  /** Sends `raw` instead of the message where it is given. */
  call(name: string, message: object = {}, options: CallOptions = {}): Promise<Answered> {
    const [service, method] = name.startsWith('Health/')
      ? ['grpc.health.v1.Health', name.slice(7)]
      : ['inference.GRPCInferenceService', name]
    const { path, requestSerialize, responseDeserialize } = methodOf(service!, method!)
    const metadata = metadataOf(options)
    return new Promise((resolve, reject) => {
      let trailers: Record<string, unknown> = {}
      let reply: object | undefined
      const call = this.client.makeUnaryRequest(
        path,
        () => options.raw ?? requestSerialize(message),
        responseDeserialize,
        message,
        metadata,
        options.deadlineMs === undefined ? {} : { deadline: Date.now() + options.deadlineMs },
        (error: ServiceError | null, value?: object) => {
          if (error !== null) reject(error)
          else {
            reply = value
            setImmediate(() => resolve({ reply: reply as Message, trailers }))
          }
        },
      )
      call.on('status', (status) => {
        trailers = status.metadata.getMap()
      })
    })
  }

  stream(name: string, options: CallOptions = {}) {
    const [service, method] = name.startsWith('Health/')
      ? ['grpc.health.v1.Health', name.slice(7)]
      : ['inference.GRPCInferenceService', name]
    const { path, requestSerialize, responseDeserialize } = methodOf(service!, method!)
    const call = this.client.makeBidiStreamRequest(
      path,
      requestSerialize,
      responseDeserialize,
      metadataOf(options),
    )
    return call
  }
}

function metadataOf({ metadata = {} }: CallOptions): Metadata {
  const made = new Metadata()
  for (const [name, value] of Object.entries(metadata)) made.set(name, value)
  return made
}

/** The status that a call ends with, and what it says. */
export async function failure(call: Promise<unknown>): Promise<ServiceError> {
  try {
    await call
  } catch (error) {
    return error as ServiceError
  }
  throw new Error('The call succeeded')
}

/** Sums of rows of four numbers, by the model of `fakeModel`. */
export function inferRequest(rows: readonly (readonly number[])[], extra: object = {}): object {
  const data = Float32Array.from(rows.flat())
  return {
    model_name: 'sums',
    inputs: [{ name: 'x', datatype: 'FP32', shape: [rows.length, 4] }],
    raw_input_contents: [Buffer.from(data.buffer)],
    ...extra,
  }
}

export function sumsOf(reply: Message): number[] {
  const [raw] = reply['raw_output_contents'] as Buffer[]
  return Array.from(new Float32Array(Uint8Array.from(raw!).buffer))
}
