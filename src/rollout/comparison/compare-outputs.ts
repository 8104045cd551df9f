import type { Tensor, TensorMap } from '../../core/tensor.ts'
import type { OutputDifference } from '../rollout-messages.ts'
import { labelDifference } from './label-difference.ts'
import { isNumeric } from './number-block.ts'
import { numberDifference } from './number-difference.ts'
import type { Tolerance } from './tolerance.ts'

type TensorDifference = Omit<OutputDifference, 'output'>

type Writable<T> = { -readonly [Key in keyof T]: T[Key] }

/**
 * What another model makes of the control's inputs, an entry for each output of either. Numbers are compared within the
 * tolerance whatever their datatypes, text by equality. An output that only one of them has, that has another shape, or is
 * text in one and numbers in the other is different in all its elements, and in one where it has none.
 */
export function compareOutputs(
  control: TensorMap,
  other: TensorMap,
  tolerance: Tolerance,
): OutputDifference[] {
  const differences: OutputDifference[] = []
  for (const [output, tensor] of control) {
    differences.push({ output, ...compareTensors(tensor, other.get(output), tolerance) })
  }
  for (const [output, tensor] of other) {
    if (!control.has(output)) differences.push({ output, ...allDifferent(tensor) })
  }
  return differences
}

/** Whether no element differs beyond the tolerance, and no row has another class. */
export function agrees(differences: readonly OutputDifference[]): boolean {
  return differences.every(({ different, labels }) => different === 0 && (labels?.different ?? 0) === 0)
}

function compareTensors(control: Tensor, other: Tensor | undefined, tolerance: Tolerance): TensorDifference {
  if (other === undefined || !areComparable(control, other)) return allDifferent(control, other)
  const difference: Writable<TensorDifference> = elementDifference(control, other, tolerance)
  const labels = labelDifference(control, other, tolerance)
  if (labels !== undefined) difference.labels = labels
  return difference
}

function allDifferent(one: Tensor, other?: Tensor): TensorDifference {
  const elements = Math.max(one.data.length, other?.data.length ?? 0, 1)
  return { different: elements, elements }
}

function areComparable(control: Tensor, other: Tensor): boolean {
  return isNumeric(control) === isNumeric(other) && hasShape(other, control.shape)
}

function hasShape({ shape }: Tensor, wanted: readonly number[]): boolean {
  return shape.length === wanted.length && shape.every((dim, axis) => dim === wanted[axis])
}

function elementDifference(control: Tensor, other: Tensor, tolerance: Tolerance): TensorDifference {
  if (!isNumeric(control) || !isNumeric(other)) return textDifference(control.data, other.data)
  const { different, excess, at } = numberDifference(control, other, tolerance)
  const elements = control.data.length
  return at === -1 ? { excess, different, elements } : { excess, different, elements, at }
}

function textDifference(control: Tensor['data'], other: Tensor['data']): TensorDifference {
  const elements = control.length
  let [different, first] = [0, -1]
  for (let at = 0; at < elements; at++) {
    if (control[at] === other[at]) continue
    if (different === 0) first = at
    different += 1
  }
  return first === -1 ? { different, elements } : { different, elements, at: first }
}
