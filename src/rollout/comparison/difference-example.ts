import type { TensorMap } from '../../core/tensor.ts'
import type { OutputDifference } from '../rollout-messages.ts'
import { differenceSize } from './difference-size.ts'
import {
  type ExampleTensor,
  type ExampleWindow,
  exampleTensor,
  rowSize,
  shownName,
} from './example-tensor.ts'

/** One answer that differs from the control's, as it is kept and shown. JSON. */
export interface DifferenceExample {
  /** Index of the row that is shown, the one with the largest difference. */
  readonly row: number
  readonly inputs: readonly ExampleTensor[]
  readonly outputs: readonly {
    readonly output: string
    readonly excess?: number
    readonly different: number
    readonly elements: number
    /** Absent where it has no such output. */
    readonly control?: ExampleTensor
    readonly other?: ExampleTensor
  }[]
  /** Tensors that are not shown, since there are too many. */
  readonly left?: number
}

export interface ComparedAnswer {
  readonly inputs: TensorMap
  readonly control: TensorMap
  readonly other: TensorMap
  readonly differences: readonly OutputDifference[]
  /** Values of inputs, which may be personal data, are in the example too. */
  readonly keepsInputs: boolean
}

/** UTF-8 bytes of one example. */
export const LARGEST_EXAMPLE = 4096

/** What an example shows, first all that anyone wants, then less and less until it fits. */
const EXTENTS = [
  { elements: 16, tensors: 32 },
  { elements: 8, tensors: 16 },
  { elements: 3, tensors: 8 },
  { elements: 1, tensors: 2 },
  { elements: 0, tensors: 1 },
] as const

/** The JSON text of a DifferenceExample of at most LARGEST_EXAMPLE bytes. */
export function differenceExample(answer: ComparedAnswer): string {
  for (const extent of EXTENTS) {
    const text = JSON.stringify(exampleOf(answer, extent))
    if (Buffer.byteLength(text) <= LARGEST_EXAMPLE) return text
  }
  const left = answer.inputs.size + answer.differences.length
  return JSON.stringify({ row: 0, inputs: [], outputs: [], left } satisfies DifferenceExample)
}

function exampleOf(answer: ComparedAnswer, extent: (typeof EXTENTS)[number]): DifferenceExample {
  const differing = answer.differences.toSorted(bySize)
  const row = rowOf(answer, differing[0])
  const window: ExampleWindow = { row, column: 0, most: extent.elements }
  const inputs = Array.from(answer.inputs, ([name, tensor]) =>
    exampleTensor(name, tensor, answer.keepsInputs ? window : undefined),
  )
  const shown = differing.slice(0, extent.tensors)
  const left = inputs.length + differing.length - Math.min(inputs.length, extent.tensors) - shown.length
  return {
    row,
    inputs: inputs.slice(0, extent.tensors),
    outputs: shown.map((difference) => outputOf(answer, difference, window)),
    ...(left === 0 ? {} : { left }),
  }
}

function outputOf(
  { control, other }: ComparedAnswer,
  { output, excess, different, elements, at = 0 }: OutputDifference,
  window: ExampleWindow,
): DifferenceExample['outputs'][number] {
  const [a, b] = [control.get(output), other.get(output)]
  const column = a === undefined ? 0 : at % rowSize(a)
  return {
    output: shownName(output),
    ...(excess === undefined ? {} : { excess }),
    different,
    elements,
    ...(a === undefined ? {} : { control: exampleTensor(output, a, { ...window, column }) }),
    ...(b === undefined ? {} : { other: exampleTensor(output, b, { ...window, column }) }),
  }
}

/** Of the output that differs most, the row where it does. */
function rowOf({ control }: ComparedAnswer, largest: OutputDifference | undefined): number {
  const tensor = largest === undefined ? undefined : control.get(largest.output)
  return tensor === undefined ? 0 : Math.floor((largest?.at ?? 0) / rowSize(tensor))
}

/** The largest first. */
function bySize(a: OutputDifference, b: OutputDifference): number {
  return differenceSize([b]) - differenceSize([a])
}
