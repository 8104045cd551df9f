import type { ElementType } from '../../../../src/flavors/tfjs/compile/graph/value.ts'
import type { SweepTensor } from './sweep-model.ts'

const RELATIVE = 1e-3
const OF_LARGEST = 1e-4
/** Below it floats are as good as 0: what is left of equal numbers, or of an activation far from its slope. */
const NOTHING = 1e-5

/** From here on TF.js's backends round integers to float32 in some operators. */
const FLOAT_INTEGERS = 2 ** 24

/** How `actual` differs from `expected`; undefined where both are equal within the tolerance. */
export function differenceOf(expected: SweepTensor, actual: SweepTensor): string | undefined {
  if (expected.type !== actual.type) return `type ${actual.type} instead of ${expected.type}`
  if (expected.shape.join() !== actual.shape.join()) {
    return `shape (${actual.shape.join()}) instead of (${expected.shape.join()})`
  }
  const largest = largestOf(expected.data)
  const count = expected.data.length
  for (let index = 0; index < count; index += 1) {
    const [wanted, given] = [expected.data[index]!, actual.data[index]!]
    if (Object.is(wanted, given) || wanted === given) continue
    const tolerance = toleranceOf(expected.type, wanted, largest)
    if (Math.abs(wanted - given) <= tolerance) continue
    return `${given} instead of ${wanted} at ${index} of ${count}, the largest being ${largest}`
  }
  return undefined
}

function toleranceOf(type: ElementType, wanted: number, largest: number): number {
  if (type === 'float32') return RELATIVE * Math.abs(wanted) + OF_LARGEST * largest + NOTHING
  return Math.abs(wanted) >= FLOAT_INTEGERS ? Math.abs(wanted) / 2 ** 22 : 0
}

function largestOf(data: ArrayLike<number>): number {
  let largest = 0
  for (let index = 0; index < data.length; index += 1) {
    const size = Math.abs(data[index]!)
    if (size > largest && Number.isFinite(size)) largest = size
  }
  return largest
}
