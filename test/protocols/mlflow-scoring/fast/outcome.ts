import { ServingError } from '../../../../src/core/errors.ts'
import type { TensorData } from '../../../../src/core/tensor.ts'
import { numberScanner } from '../../../../src/protocols/json-numbers/number-scanner.ts'
import { Patience } from '../../../../src/protocols/json-numbers/patience.ts'
import type {
  DecodedScoringRequest,
  JsonBodyDecoder,
} from '../../../../src/protocols/mlflow-scoring/scoring-codec.ts'

/** What reading gives, in a form that shows every bit of it; undefined where it declines. */
export function outcome(read: () => DecodedScoringRequest | undefined): unknown {
  try {
    const decoded = read()
    if (decoded === undefined) return undefined
    const { request, form } = decoded
    const inputs = Array.from(request.inputs, ([name, { datatype, shape, data }]) => {
      return { name, datatype, shape, data: bitsOf(data) }
    })
    return { inputs, parameters: [...request.parameters], form }
  } catch (error) {
    if (!(error instanceof ServingError)) throw error
    return { code: error.code, message: error.message }
  }
}

/** What the fast path alone makes of a body. */
export function fastOutcome(codec: JsonBodyDecoder, body: Uint8Array): unknown {
  const scanned = numberScanner().scan(body, new Patience())
  return scanned && outcome(() => codec.decodeScanned(scanned))
}

function bitsOf(data: TensorData): string {
  if (Array.isArray(data)) return JSON.stringify(data)
  const { buffer, byteOffset, byteLength } = data as Float64Array
  return data.constructor.name + Buffer.from(buffer, byteOffset, byteLength).toString('hex')
}
