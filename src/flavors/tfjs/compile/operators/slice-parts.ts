import { NotCompiled } from '../not-compiled.ts'

/** A bit an element of begin, end and strides, the lowest for the first. */
export interface StridedSliceMasks {
  /** Begin is left out. */
  readonly begin: number
  /** End is left out. */
  readonly end: number
  /** `...`, at most once. */
  readonly ellipsis: number
  /** `newaxis`. */
  readonly newAxis: number
  /** A single index: the dimension goes. */
  readonly shrinkAxis: number
}

/** A number, left out, or what a run puts at that place of the vector. */
export type Bound = number | 'open' | { readonly at: number }

export interface SliceRange {
  readonly kind: 'range'
  readonly axis: number
  readonly begin: Bound
  readonly end: Bound
  readonly stride: number
}

/** What becomes of a dimension of the operand, or a new one, in order of the result's. */
export type SlicePart =
  | SliceRange
  | { readonly kind: 'index'; readonly axis: number; readonly index: Exclude<Bound, 'open'> }
  | { readonly kind: 'new' }

export interface SliceSpecification {
  /** Of the operand. */
  readonly rank: number
  readonly begin: readonly Bound[]
  readonly end: readonly Bound[]
  readonly strides: readonly number[]
  readonly masks: StridedSliceMasks
}

/**
 * The specification with a part for each dimension (TF.js `buildDenseSpec`): an ellipsis, which is at the end where
 * there is none, stands for all dimensions that the others leave.
 */
export function sliceParts(specification: SliceSpecification): readonly SlicePart[] {
  const { rank, strides, masks } = specification
  checkMasks(specification)
  const steps = strides.filter((_, at) => !has(masks.ellipsis, at) && !has(masks.newAxis, at))
  const named = steps.length
  if (named > rank) throw new NotCompiled(`bounds of ${named} dimensions for one of ${rank}`)
  const parts: SlicePart[] = []
  let axis = 0
  const takeWhole = (): void => {
    for (const end = axis + rank - named; axis < end; axis += 1) parts.push(whole(axis))
  }
  for (let at = 0; at < strides.length; at += 1) {
    if (has(masks.ellipsis, at)) takeWhole()
    else if (has(masks.newAxis, at)) parts.push({ kind: 'new' })
    else parts.push(namedPart(specification, at, axis++))
  }
  if (masks.ellipsis === 0) takeWhole()
  // TF.js's kernels confuse the dimensions there (4.22, `finalShapeSparse` of sliceInfo).
  if (parts.some(({ kind }) => kind === 'index') && steps.some((step) => step !== 1))
    throw new NotCompiled('a single index beside a stride that is not 1')
  return parts
}

function checkMasks({ begin, end, strides, masks }: SliceSpecification): void {
  if (begin.length !== strides.length || end.length !== strides.length)
    throw new NotCompiled('begin, end and strides of different lengths')
  if ((masks.ellipsis & (masks.ellipsis - 1)) !== 0) throw new NotCompiled('more than one ellipsis')
  if (masks.ellipsis >= 2 ** strides.length) throw new NotCompiled('an ellipsis behind the last bound')
  if (strides.includes(0)) throw new NotCompiled('a stride of 0')
}

function namedPart({ begin, end, strides, masks }: SliceSpecification, at: number, axis: number): SlicePart {
  const stride = strides[at]!
  if (has(masks.shrinkAxis, at)) {
    const index = begin[at]!
    if (stride < 0 || index === 'open') throw new NotCompiled('a single index with a negative stride')
    return { kind: 'index', axis, index }
  }
  return {
    kind: 'range',
    axis,
    begin: has(masks.begin, at) ? 'open' : begin[at]!,
    end: has(masks.end, at) ? 'open' : end[at]!,
    stride,
  }
}

function whole(axis: number): SliceRange {
  return { kind: 'range', axis, begin: 'open', end: 'open', stride: 1 }
}

function has(mask: number, at: number): boolean {
  return (mask & (1 << at)) !== 0
}
