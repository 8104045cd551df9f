import { binaryData } from '../../protocols/open-inference/binary-tensor.ts'
import { jsonRequest, type MadeRequest } from './request-plan.ts'
import { type GeneratedTensor, nested, tensorOf } from './tensor-values.ts'

/** An inference request with all values in JSON. (Open Inference Protocol, "Inference Request JSON Object") */
export function openInferenceRequest(tensors: readonly GeneratedTensor[]): MadeRequest {
  return jsonRequest({
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

/** A `ModelInferRequest` with values as bytes, as an object for its serializer. */
export function inferMessage(
  tensors: readonly GeneratedTensor[],
  model: { readonly name: string; readonly version?: string | undefined },
): object {
  return {
    model_name: model.name,
    model_version: model.version ?? '',
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
  if (!isByRow) return jsonRequest({ inputs: byName(tensors) })
  if (first !== undefined && tensors.length === 1) return jsonRequest({ instances: nested(first) })
  const parts = tensors.map((tensor) => [tensor.name, nested(tensor)] as const)
  return jsonRequest({
    instances: Array.from({ length: rows }, (_, row) =>
      Object.fromEntries(parts.map(([name, list]) => [name, Array.isArray(list) ? list[row] : list])),
    ),
  })
}

function byName(tensors: readonly GeneratedTensor[]): object {
  return Object.fromEntries(tensors.map((tensor) => [tensor.name, nested(tensor)]))
}
