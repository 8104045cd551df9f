import { modelFailed } from '../../core/errors.ts'
import type { OutputMetadata } from '../../core/predictor.ts'
import type { Tensor, TensorMap } from '../../core/tensor.ts'
import { float16ToNumber } from '../mlflow-scoring/numpy/float16.ts'
import { type ElementWriter, writeJsonElement } from '../mlflow-scoring/reply/element-writer.ts'
import { ListWriter } from '../mlflow-scoring/reply/list-writer.ts'
import { replyBuffer } from '../mlflow-scoring/reply/reply-buffer.ts'
import type { TextBuffer } from '../mlflow-scoring/reply/text-buffer.ts'
import { writeFloat32 } from '../open-inference/reply/float32-text.ts'
import type { PredictForm } from './predict-form.ts'

/** Outputs of these names are octets, of others text (TensorFlow Serving, "Output of binary values"). */
const OCTETS_SUFFIX = '_bytes'

interface NamedOutput {
  readonly name: string
  /** `"name": ` */
  readonly key: string
  readonly lists: ListWriter
}

interface GivenOutput extends NamedOutput {
  readonly tensor: Tensor
}

/** Writes what a list or an object has of an output. */
type WriteOutput = (output: GivenOutput) => void

/** Writes replies of V1's `:predict` (TensorFlow Serving, "Predict API", "Response format"). */
export class PredictReply {
  readonly #outputs: readonly NamedOutput[]

  constructor(outputs: readonly OutputMetadata[]) {
    this.#outputs = outputs.map(({ name }) => ({
      name,
      key: `${JSON.stringify(name)}: `,
      lists: new ListWriter(name.endsWith(OCTETS_SUFFIX) ? writeOctetsElement : writeElement, 0),
    }))
  }

  /** An output that is the only one goes without its name. */
  encode(tensors: TensorMap, form: PredictForm): string {
    const outputs = this.#given(tensors)
    const [first, ...more] = outputs
    const out = replyBuffer()
    out.ascii(form === 'instances' ? '{"predictions": ' : '{"outputs": ')
    if (first !== undefined && more.length === 0) first.lists.whole(first.tensor, out)
    else if (form === 'instances') writeRows(outputs, out)
    else writeObject(outputs, out, ({ lists, tensor }) => lists.whole(tensor, out))
    out.ascii('}')
    return out.takeText()
  }

  #given(tensors: TensorMap): readonly GivenOutput[] {
    return this.#outputs.flatMap((output) => {
      const tensor = tensors.get(output.name)
      return tensor === undefined ? [] : [{ ...output, tensor }]
    })
  }
}

/** Whole numbers keep their point, so that typed clients see floats. */
const writeElement: ElementWriter = (tensor, position, out) => {
  if (tensor.datatype === 'FP32') writeFloat32(tensor.data[position]!, out)
  else if (tensor.datatype === 'FP16') writeFloat32(float16ToNumber(tensor.data[position]!), out)
  else writeJsonElement(tensor, position, out)
}

const writeOctetsElement: ElementWriter = (tensor, position, out) => {
  if (tensor.datatype !== 'BYTES') return writeElement(tensor, position, out)
  out.ascii(`{"b64": "${Buffer.from(tensor.data[position]!).toString('base64')}"}`)
}

function writeObject(outputs: readonly GivenOutput[], out: TextBuffer, write: WriteOutput): void {
  out.ascii('{')
  outputs.forEach((output, i) => {
    if (i > 0) out.separator()
    out.utf8(output.key)
    write(output)
  })
  out.ascii('}')
}

/** An object a row. @throws ServingError BAD_REQUEST */
function writeRows(outputs: readonly GivenOutput[], out: TextBuffer): void {
  const rows = outputs[0]?.tensor.shape[0] ?? 0
  if (outputs.some(({ tensor }) => tensor.shape[0] !== rows)) {
    throw modelFailed(
      "The outputs of the model differ in their number of rows: send 'inputs' instead of 'instances'.",
    )
  }
  out.ascii('[')
  for (let row = 0; row < rows; row++) {
    if (row > 0) out.separator()
    writeObject(outputs, out, ({ lists, tensor }) => lists.part(tensor, row, out))
  }
  out.ascii(']')
}
