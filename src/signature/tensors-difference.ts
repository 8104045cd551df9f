import type { OutputMetadata, Predictor } from '../core/predictor.ts'
import { describeShape } from './describe-schema.ts'
import { type Entries, type Entry, entriesDifference } from './entries-difference.ts'
import type { Compared } from './signature-difference.ts'

/** A model's own inputs and outputs, and what the sentence calls it. */
export interface TensorModel {
  readonly model: string
  readonly ports: Pick<Predictor, 'inputs' | 'outputs'>
}

/**
 * In what the tensors of two models differ, as a sentence without its end: names, order, datatypes, shapes, and the classes
 * of outputs that have a value for each. Requests are made tensors for one of the two models and may be run by the other. A
 * dimension of an output that only one of the two files leaves open is no difference.
 */
export function tensorsDifference(a: TensorModel, b: TensorModel, compared: Compared): string | undefined {
  const inputs = entriesDifference('input tensor', inputsOf(a), inputsOf(b))
  if (inputs !== undefined || compared === 'inputs') return inputs
  return entriesDifference('output tensor', outputsOf(a, b), outputsOf(b, a))
}

function inputsOf({ model, ports }: TensorModel): Entries {
  return { model, entries: ports.inputs.map((input) => entryOf(input, input.shape)) }
}

/** With the dimensions open that are so in the other model. */
function outputsOf({ model, ports }: TensorModel, other: TensorModel): Entries {
  const entries = ports.outputs.map((output, i) => {
    const beside = other.ports.outputs[i]
    if (beside?.unranked === true) return entryOf({ ...output, unranked: true }, [])
    if (beside?.shape.length !== output.shape.length) return entryOf(output, output.shape)
    const isOpen = (axis: number): boolean => beside.shape[axis] === -1
    return entryOf(
      output,
      output.shape.map((size, axis) => (isOpen(axis) ? -1 : size)),
    )
  })
  return { model, entries }
}

function entryOf({ name, datatype, unranked, classLabels }: OutputMetadata, shape: readonly number[]): Entry {
  const size = unranked === true ? 'of any shape' : describeShape(shape)
  const classes = classLabels === undefined ? '' : `, for the classes ${classLabels.join(', ')}`
  return { name, text: `${datatype} ${size}${classes}` }
}
