import type { OutputMetadata, TensorMetadata } from '../../../src/core/predictor.ts'
import type { Datatype } from '../../../src/core/tensor.ts'
import type { BatchCodec } from '../../../src/protocols/mlflow-scoring/batch-codec.ts'
import { compileScoringCodec } from '../../../src/protocols/mlflow-scoring/compile-scoring-codec.ts'
import type {
  DecodedScoringRequest,
  JsonBodyDecoder,
  ScoringCodec,
} from '../../../src/protocols/mlflow-scoring/scoring-codec.ts'
import { parseSignature } from '../../../src/signature/parse-signature.ts'

/** A schema's entry as it stands in an MLmodel file. */
export type SpecJson = Readonly<Record<string, unknown>>

export function column(name: string, type: string, required = true): SpecJson {
  return { name, type, required }
}

export function tensor(dtype: string, shape: readonly number[], name?: string): SpecJson {
  return { type: 'tensor', 'tensor-spec': { dtype, shape }, ...(name === undefined ? {} : { name }) }
}

export function input(name: string, datatype: Datatype, shape: readonly number[]): TensorMetadata {
  return { name, datatype, shape }
}

export interface ModelInit {
  readonly schema?: readonly SpecJson[]
  readonly params?: readonly SpecJson[]
  readonly inputs: readonly TensorMetadata[]
  readonly outputs?: readonly OutputMetadata[]
  readonly castsNumbers?: boolean
}

export function codecFor({
  schema,
  params,
  inputs,
  outputs = [],
  castsNumbers = false,
}: ModelInit): BatchCodec & JsonBodyDecoder {
  const json = (value: unknown): string | null => (value === undefined ? null : JSON.stringify(value))
  const signature =
    schema === undefined && params === undefined
      ? undefined
      : parseSignature({ inputs: json(schema), outputs: null, params: json(params) })
  return compileScoringCodec({ signature, inputs, outputs, castsNumbers })
}

/** Decodes a JSON body, given as its text or as the value it holds. */
export function decodeJson(codec: ScoringCodec, body: unknown): DecodedScoringRequest {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  return codec.decode(Buffer.from(text), 'application/json') as DecodedScoringRequest
}
