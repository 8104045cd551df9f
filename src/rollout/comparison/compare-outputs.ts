import type { Tensor, TensorMap } from '../../core/tensor.ts'
import type { OutputDifference } from '../rollout-messages.ts'
import { labelDifference } from './label-difference.ts'
import { isNumeric } from './number-block.ts'
import { numberDifference } from './number-difference.ts'
import type { Tolerance } from './tolerance.ts'

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
  const names = new Set([...control.keys(), ...other.keys()])
  return Array.from(names, (output) => ({
    output,
    ...compareTensors(control.get(output), other.get(output), tolerance),
  }))
}

/** Whether no element differs beyond the tolerance, and no row has another class. */
export function agrees(differences: readonly OutputDifference[]): boolean {
  return differences.every(({ different, labels }) => different === 0 && (labels?.different ?? 0) === 0)
}

function compareTensors(
  control: Tensor | undefined,
  other: Tensor | undefined,
  tolerance: Tolerance,
): Omit<OutputDifference, 'output'> {
  if (control === undefined || other === undefined || !areComparable(control, other)) {
    const elements = Math.max(control?.data.length ?? 0, other?.data.length ?? 0, 1)
    return { different: elements, elements }
  }
  const compared = elementDifference(control, other, tolerance)
  const labels = labelDifference(control, other, tolerance)
  return labels === undefined ? compared : { ...compared, labels }
}

function areComparable(control: Tensor, other: Tensor): boolean {
  return isNumeric(control) === isNumeric(other) && hasShape(other, control.shape)
}

function hasShape({ shape }: Tensor, wanted: readonly number[]): boolean {
  return shape.length === wanted.length && shape.every((dim, axis) => dim === wanted[axis])
}

function elementDifference(
  control: Tensor,
  other: Tensor,
  tolerance: Tolerance,
): Omit<OutputDifference, 'output' | 'labels'> {
  const elements = control.data.length
  if (isNumeric(control) && isNumeric(other)) {
    const { different, excess, at } = numberDifference(control, other, tolerance)
    return { excess, different, elements, ...(at === -1 ? {} : { at }) }
  }
  let [different, first] = [0, -1]
  for (let at = 0; at < elements; at++) {
    if (control.data[at] === other.data[at]) continue
    if (different === 0) first = at
    different += 1
  }
  return { different, elements, ...(first === -1 ? {} : { at: first }) }
}
