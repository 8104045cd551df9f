import { binaryData } from '../../protocols/open-inference/binary-tensor.ts'
import { jsonRequest, type MadeRequest } from './request-plan.ts'
import { type GeneratedTensor, nested, tensorOf } from './tensor-values.ts'

/** MLServer's content type of arrays, for models that do not say what they want. (MLServer, "Content Types") */
export const ARRAYS = 'np'

/**
 * An inference request with all values in JSON. (Open Inference Protocol, "Inference Request JSON Object")
 * @param contentType what MLServer makes of the inputs; other servers leave it alone
 */
export function openInferenceRequest(tensors: readonly GeneratedTensor[], contentType?: string): MadeRequest {
  return jsonRequest({
    ...(contentType === undefined ? {} : { parameters: { content_type: contentType } }),
    inputs: tensors.map(({ name, shape, datatype, values }) => ({ name, shape, datatype, data: values })),
  })
}

/** The same with tensors as bytes behind the JSON, in the answer too. (Binary Tensor Data Extension) */
export function binaryRequest(tensors: readonly GeneratedTensor[]): MadeRequest {
  const parts = tensors.map((tensor) => binaryData(tensorOf(tensor)))
  const json = Buffer.from(
    JSON.stringify({
      inputs: tensors.map(({ name, shape, datatype }, index) => ({
        name,
        shape,
        datatype,
        parameters: { binary_data_size: parts[index]?.byteLength },
      })),
      parameters: { binary_data_output: true },
    }),
  )
  return {
    headers: {
      'content-type': 'application/octet-stream',
      'inference-header-content-length': String(json.byteLength),
    },
    body: Buffer.concat([json, ...parts]),
  }
}

export interface InferredModel {
  readonly name: string
  readonly version?: string | undefined
  /** As for `openInferenceRequest`. */
  readonly contentType?: string | undefined
}

/** A `ModelInferRequest` with values as bytes, as an object for its serializer. */
export function inferMessage(
  tensors: readonly GeneratedTensor[],
  { name, version = '', contentType }: InferredModel,
): object {
  return {
    ...{ model_name: name, model_version: version },
    ...(contentType === undefined ? {} : { parameters: { content_type: { string_param: contentType } } }),
    inputs: tensors.map(({ name, shape, datatype }) => ({ name, shape, datatype })),
    raw_input_contents: tensors.map((tensor) => binaryData(tensorOf(tensor))),
  }
}

/**
 * A predict request of V1: an item a row, or whole tensors where one of them has not as many rows as the others.
 * (TensorFlow Serving, "RESTful API", "Predict API")
 */
export function v1Request(tensors: readonly GeneratedTensor[]): MadeRequest {
  const [first] = tensors
  const rows = first?.shape[0]
  const isByRow = rows !== undefined && tensors.every(({ shape }) => shape[0] === rows)
  if (!isByRow) return v1Columns(tensors)
  if (first !== undefined && tensors.length === 1) return jsonRequest({ instances: nested(first) })
  const parts = tensors.map((tensor) => [tensor.name, nested(tensor)] as const)
  return jsonRequest({
    instances: Array.from({ length: rows }, (_, row) =>
      Object.fromEntries(parts.map(([name, list]) => [name, Array.isArray(list) ? list[row] : list])),
    ),
  })
}

/** The same with whole tensors, as models want it whose outputs have not a row for each row. */
export function v1Columns(tensors: readonly GeneratedTensor[]): MadeRequest {
  return jsonRequest({ inputs: Object.fromEntries(tensors.map((tensor) => [tensor.name, nested(tensor)])) })
}
