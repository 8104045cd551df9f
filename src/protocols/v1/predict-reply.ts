import { modelFailed } from '../../core/errors.ts'
import type { OutputMetadata } from '../../core/predictor.ts'
import { elementCount, type Tensor, type TensorMap } from '../../core/tensor.ts'
import { float16ToNumber } from '../mlflow-scoring/numpy/float16.ts'
import { type ElementText, elementText } from '../mlflow-scoring/reply/element-text.ts'
import { nestedText } from '../mlflow-scoring/reply/encoded-output.ts'
import { jsonFloat } from '../mlflow-scoring/reply/json-text.ts'
import { shortestFloat32 } from '../open-inference/reply/shortest-float32.ts'
import type { PredictForm } from './predict-form.ts'

/** Outputs of these names are octets, of others text (TensorFlow Serving, "Output of binary values"). */
const OCTETS_SUFFIX = '_bytes'

interface NamedTensor {
  readonly key: string
  readonly tensor: Tensor
  readonly text: ElementText
}

/** Writes replies of V1's `:predict` (TensorFlow Serving, "Predict API", "Response format"). */
export class PredictReply {
  readonly #names: readonly string[]

  constructor(outputs: readonly OutputMetadata[]) {
    this.#names = outputs.map(({ name }) => name)
  }

  /** An output that is the only one goes without its name. */
  encode(outputs: TensorMap, form: PredictForm): string {
    const named = this.#names.flatMap((name) => namedTensor(name, outputs.get(name)))
    const [first, ...more] = named
    const key = form === 'instances' ? 'predictions' : 'outputs'
    if (first !== undefined && more.length === 0) return `{"${key}": ${whole(first)}}`
    return form === 'instances' ? `{"${key}": ${rowsText(named)}}` : `{"${key}": ${objectText(named, whole)}}`
  }
}

function namedTensor(name: string, tensor: Tensor | undefined): readonly NamedTensor[] {
  if (tensor === undefined) return []
  return [{ key: JSON.stringify(name), tensor, text: valueText(name, tensor) }]
}

function valueText(name: string, tensor: Tensor): ElementText {
  switch (tensor.datatype) {
    case 'FP32': {
      const { data } = tensor
      return (at) => float32Text(data[at] as number)
    }
    case 'FP16': {
      const { data } = tensor
      return (at) => float32Text(float16ToNumber(data[at] as number))
    }
    case 'BYTES': {
      if (!name.endsWith(OCTETS_SUFFIX)) return elementText(tensor)
      const { data } = tensor
      return (at) => `{"b64": "${Buffer.from(data[at] as string).toString('base64')}"}`
    }
    default:
      return elementText(tensor)
  }
}

/** Whole numbers keep their point, so that typed clients see floats. */
function float32Text(value: number): string {
  return jsonFloat(value - value === 0 ? shortestFloat32(value) : value)
}

function whole({ tensor, text }: NamedTensor): string {
  return nestedText(text, tensor.shape, 0, 0)
}

function objectText(named: readonly NamedTensor[], text: (tensor: NamedTensor) => string): string {
  return `{${named.map((each) => `${each.key}: ${text(each)}`).join(', ')}}`
}

/** An object a row. @throws ServingError BAD_REQUEST */
function rowsText(named: readonly NamedTensor[]): string {
  const rows = named[0]?.tensor.shape[0] ?? 0
  if (named.some(({ tensor }) => tensor.shape[0] !== rows)) {
    throw modelFailed(
      "The outputs of the model differ in their number of rows: send 'inputs' instead of 'instances'.",
    )
  }
  const texts = Array.from({ length: rows }, (_, row) => objectText(named, (each) => rowText(each, row)))
  return `[${texts.join(', ')}]`
}

function rowText({ tensor, text }: NamedTensor, row: number): string {
  const shape = tensor.shape.slice(1)
  return nestedText(text, shape, 0, row * elementCount(shape))
}
