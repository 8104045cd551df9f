import { modelPath } from './discover-subject.ts'
import type { GrpcPeer } from './grpc/grpc-peer.ts'
import { type InferenceReply, readInferenceReply } from './inference-reply.ts'
import { bodyOf, type SampleRequest } from './sample-request.ts'
import type { ModelUnderTest, Subject } from './subject.ts'
import { notApplicable, skip } from './verdict.ts'
import { type JsonValue, jsonText } from './wire/exact-json.ts'
import type { RestAnswer, RestPeer } from './wire/rest-peer.ts'
import type { Transcript } from './wire/transcript.ts'

export interface TestBenchInit {
  readonly rest: RestPeer
  readonly grpc: GrpcPeer | undefined
  readonly transcript: Transcript
  readonly subject: Subject
  /** Whether cases may load and unload the model. */
  readonly mayControl: boolean
}

/** What cases work with: the server by both transports, and what is known of it. */
export class TestBench {
  readonly rest: RestPeer
  readonly subject: Subject
  readonly transcript: Transcript
  readonly #grpc: GrpcPeer | undefined
  readonly #mayControl: boolean

  constructor(init: TestBenchInit) {
    this.rest = init.rest
    this.subject = init.subject
    this.transcript = init.transcript
    this.#grpc = init.grpc
    this.#mayControl = init.mayControl
  }

  /** Of the case that runs: whatever is under way ends with it. */
  set signal(signal: AbortSignal) {
    this.rest.signal = signal
    if (this.#grpc !== undefined) this.#grpc.signal = signal
  }

  get grpc(): GrpcPeer {
    return this.#grpc ?? skip('no address of a gRPC server was given (--grpc)')
  }

  get model(): ModelUnderTest {
    return this.subject.model ?? skip('the metadata of the model could not be read')
  }

  get sample(): SampleRequest {
    return this.subject.sample ?? skip(this.subject.problem)
  }

  /** What the server answered to the sample, the same each time. */
  get reference(): InferenceReply {
    return this.subject.reference ?? skip(this.subject.problem)
  }

  mustAnnounce(extension: string): void {
    const { server } = this.subject
    if (server === undefined) skip('the metadata of the server could not be read')
    if (!server.extensions.includes(extension)) notApplicable(`the server does not announce ${extension}`)
  }

  mayControl(): void {
    if (!this.#mayControl) skip('it unloads the model for a moment: allow it with --control')
  }

  /** @param suffix from the model's path on: `/ready` */
  path(suffix = ''): string {
    const { modelName, model } = this.subject
    return modelPath(modelName, model?.version, suffix)
  }

  /** Sends the sample with members changed or added. */
  infer(changes: Readonly<Record<string, JsonValue | undefined>> = {}): Promise<RestAnswer> {
    return this.post({ ...bodyOf(this.sample), ...changes })
  }

  async reply(changes: Readonly<Record<string, JsonValue | undefined>> = {}): Promise<InferenceReply> {
    return readInferenceReply(await this.infer(changes))
  }

  post(body: JsonValue): Promise<RestAnswer> {
    return this.rest.postJson(this.path('/infer'), jsonText(body))
  }
}
