import { type Padding, padsOf, reachOf, type Window } from '../graph/padding.ts'
import type { Value } from '../graph/value.ts'
import { NotCompiled } from '../not-compiled.ts'
import type { Lowering } from './lowering.ts'

export interface WindowedOperand {
  /** The operand, channels first; padded already where attributes cannot say how. */
  readonly name: string
  /** `pads` or `auto_pad`; what the operator has besides is its own. */
  readonly padding: { readonly pads?: readonly number[]; readonly auto_pad?: string }
}

export interface Sliding {
  readonly windows: readonly Window[]
  readonly padding: Padding
  /** What is padded with where that takes a node of its own; undefined where no number would do. */
  readonly filler: number | undefined
}

/**
 * The operand of a convolution or a pool. Padding is written as numbers wherever they are known before a run:
 * onnxruntime fails while running on `auto_pad` with a dilation, or with a window smaller than its stride (1.30).
 */
export function windowedOperand(lowering: Lowering, operand: Value, sliding: Sliding): WindowedOperand {
  const { windows, padding } = sliding
  const name = lowering.channelsFirst(operand)
  const pads = windows.map((window, axis) => padsOf(operand.shape[axis + 1]!, window, padding, axis))
  if (pads.every((pair) => pair !== undefined)) return { name, padding: { pads: beforeAndAfter(pads) } }
  if (windows.every(({ size, stride, dilation }) => dilation === 1 && size >= stride)) {
    return { name, padding: { auto_pad: 'SAME_UPPER' } }
  }
  return { name: paddedAtRun(lowering, name, sliding), padding: {} }
}

function beforeAndAfter(pads: readonly (readonly [number, number])[]): readonly number[] {
  return [...pads.map(([before]) => before), ...pads.map(([, after]) => after)]
}

/** SAME padding of a size that is not known: as much as the last window reaches over the end, the smaller half first. */
function paddedAtRun({ onnx }: Lowering, name: string, { windows, filler }: Sliding): string {
  if (filler === undefined) throw new NotCompiled('padding of a size that is not known')
  const last = windows.length + 2
  const sizes = onnx.node('Slice', [
    onnx.node('Shape', [name]),
    onnx.integers([2]),
    onnx.integers([last]),
    onnx.integers([0]),
  ])
  const strides = onnx.integers(windows.map(({ stride }) => stride))
  const beyond = onnx.node('Mod', [onnx.node('Sub', [sizes, onnx.integers([1])]), strides])
  const reaches = onnx.integers(windows.map((window) => reachOf(window) - 1))
  const total = onnx.node('Max', [onnx.node('Sub', [reaches, beyond]), onnx.integers([0])])
  const before = onnx.node('Div', [total, onnx.integers([2])])
  const none = onnx.integers([0, 0])
  const pads = onnx.node('Concat', [none, before, none, onnx.node('Sub', [total, before])], { axis: 0 })
  return onnx.node('Pad', [name, pads, onnx.scalar('float32', filler)])
}
