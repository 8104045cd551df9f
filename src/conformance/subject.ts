import type { InferenceReply } from './inference-reply.ts'
import type { SampleRequest } from './sample-request.ts'
import type { TensorDescription } from './tensor-description.ts'

export interface ServerUnderTest {
  readonly name: string
  readonly version: string
  readonly extensions: readonly string[]
}

export interface ModelUnderTest {
  readonly name: string
  /** Asked for in every path; undefined where the server chooses. */
  readonly version: string | undefined
  /** That its metadata names. */
  readonly versions: readonly string[]
  readonly platform: string
  readonly inputs: readonly TensorDescription[]
  readonly outputs: readonly TensorDescription[]
}

/** What is tried: found out before the first case, as far as the server tells it. */
export interface Subject {
  /** undefined where its metadata cannot be read, which cases of their own tell. */
  readonly server: ServerUnderTest | undefined
  readonly modelName: string
  readonly model: ModelUnderTest | undefined
  /** A request that the model answers. */
  readonly sample: SampleRequest | undefined
  /** What it answered; undefined where two answers to the sample were not equal. */
  readonly reference: InferenceReply | undefined
  /** Why there is no sample, or no reference. */
  readonly problem: string
}
