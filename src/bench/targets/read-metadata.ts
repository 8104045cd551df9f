import { isRecord } from '../../core/record.ts'
import { DATATYPES, type Datatype } from '../../core/tensor.ts'
import type { InputTensor } from '../payloads/tensor-values.ts'
import { recordsOf } from './http-peer.ts'

/**
 * The inputs that metadata of V2 describes; undefined where one of them cannot be read, as of a datatype that is
 * not of the protocol. ("Model Metadata Response JSON Object"; of gRPC a message of the same members)
 */
export function readMetadata(metadata: unknown): readonly InputTensor[] | undefined {
  const inputs = isRecord(metadata) ? recordsOf(metadata['inputs']) : []
  const tensors = inputs.flatMap(({ name, datatype, shape }) => {
    const sizes = Array.isArray(shape) ? shape.map(Number) : []
    if (typeof name !== 'string' || !isDatatype(datatype) || !sizes.every(Number.isSafeInteger)) return []
    return [{ name, shape: sizes, elements: { datatype } }]
  })
  return tensors.length === inputs.length && tensors.length > 0 ? tensors : undefined
}

function isDatatype(value: unknown): value is Datatype {
  return DATATYPES.some((datatype) => datatype === value)
}

/** TensorFlow's names (`types.proto`). */
const TENSORFLOW: Readonly<Record<string, Datatype>> = {
  ...{ DT_BOOL: 'BOOL', DT_UINT8: 'UINT8', DT_UINT16: 'UINT16', DT_UINT32: 'UINT32', DT_UINT64: 'UINT64' },
  ...{ DT_INT8: 'INT8', DT_INT16: 'INT16', DT_INT32: 'INT32', DT_INT64: 'INT64' },
  ...{ DT_HALF: 'FP16', DT_FLOAT: 'FP32', DT_DOUBLE: 'FP64', DT_STRING: 'BYTES' },
}

/** The same of V1: the inputs of the signature `serving_default`, or of the only one. (TensorFlow Serving, "Model Metadata API") */
export function readV1Metadata(value: unknown): readonly InputTensor[] | undefined {
  const definitions = member(value, ['metadata', 'signature_def', 'signature_def'])
  if (!isRecord(definitions)) return undefined
  const [first] = Object.entries(definitions)
    .filter(([name]) => name !== '__saved_model_init_op')
    .map(([, signature]) => signature)
  const inputs = member(definitions['serving_default'] ?? first, ['inputs'])
  if (!isRecord(inputs)) return undefined
  const entries = Object.entries(inputs)
  const tensors = entries.flatMap(([name, info]) => {
    const datatype = TENSORFLOW[String(member(info, ['dtype']))]
    if (datatype === undefined) return []
    const shape = recordsOf(member(info, ['tensor_shape', 'dim'])).map(({ size }) => Number(size))
    return [{ name, shape, elements: { datatype } }]
  })
  return tensors.length === entries.length && tensors.length > 0 ? tensors : undefined
}

/** What lies under the names, one within the other; undefined where there is nothing. */
export function member(value: unknown, names: readonly string[]): unknown {
  const [name, ...others] = names
  if (name === undefined) return value
  return isRecord(value) ? member(value[name], others) : undefined
}
