import { internalError } from '../../core/errors.ts'
import type { SplitRange } from '../rollout-state.ts'
import { SLOTS } from './assignment.ts'

/** A split of more ranges is laid out anew: it is read by people, and has to fit into the tag of its state. */
export const MAX_RANGES = 200

/** Slots from `start` to before `end`. */
interface Piece {
  readonly start: number
  readonly end: number
  readonly variant: number
}

/**
 * The split of a rollout that begins: each variant's slots in one range, in the order of the variants.
 * @param permille by variant, whole numbers that add up to 1000.
 */
export function firstSplit(permille: readonly number[]): readonly SplitRange[] {
  expectWhole(permille)
  let end = 0
  return permille.flatMap((share, variant) => {
    end += share
    return share === 0 ? [] : [{ end, variant }]
  })
}

/**
 * The same slots under new shares. Only variants that lose slots give any, and only those that gain get them, so no smaller
 * set of keys could move (the total variation distance of the two). Depends on nothing but its arguments, so replicas come
 * to the same. Where more than `MAX_RANGES` ranges would be left, it is `firstSplit`.
 * @param permille by variant, whole numbers that add up to 1000.
 */
export function changedSplit(
  split: readonly SplitRange[],
  permille: readonly number[],
): readonly SplitRange[] {
  expectWhole(permille)
  const wanting = wantedOf(split, permille)
  let pieces = piecesOf(split)
  for (let taker = wanting.findIndex(isTaking); taker !== -1; taker = wanting.findIndex(isTaking)) {
    const giver = giverTo(taker, pieces, wanting)
    const size = Math.min(giver.end - giver.start, wanting[taker]!, -wanting[giver.variant]!)
    wanting[taker]! -= size
    wanting[giver.variant]! += size
    pieces = joined(pieces.flatMap((piece) => (piece === giver ? cut(pieces, piece, taker, size) : [piece])))
  }
  return pieces.length > MAX_RANGES
    ? firstSplit(permille)
    : pieces.map(({ end, variant }) => ({ end, variant }))
}

/** Slots of each variant. @param variants how many there are. */
export function permilleOf(split: readonly SplitRange[], variants: number): readonly number[] {
  const permille = new Array<number>(variants).fill(0)
  for (const { start, end, variant } of piecesOf(split))
    permille[variant] = (permille[variant] ?? 0) + end - start
  return permille
}

/** By variant how many slots it has to get; below 0 to give. */
function wantedOf(split: readonly SplitRange[], permille: readonly number[]): number[] {
  const held = permilleOf(split, permille.length)
  return held.map((slots, variant) => (permille[variant] ?? 0) - slots)
}

function isTaking(wanted: number): boolean {
  return wanted > 0
}

function piecesOf(split: readonly SplitRange[]): readonly Piece[] {
  return split.map(({ end, variant }, i) => ({ start: split[i - 1]?.end ?? 0, end, variant }))
}

/** A piece beside one of the taker's if there is one, so that no border is added; of several the shortest, then the first. */
function giverTo(taker: number, pieces: readonly Piece[], wanting: readonly number[]): Piece {
  const givers = pieces.filter(({ variant }) => (wanting[variant] ?? 0) < 0)
  const beside = givers.filter((giver) => sideOf(taker, pieces, giver) !== undefined)
  const [first, ...others] = beside.length > 0 ? beside : givers
  if (first === undefined) throw internalError('A split wants more slots than are given: this is a bug')
  return others.reduce((best, each) => (each.end - each.start < best.end - best.start ? each : best), first)
}

/** On which side of a piece one of the taker's is. */
function sideOf(
  taker: number,
  pieces: readonly Piece[],
  { start, end }: Piece,
): 'before' | 'behind' | undefined {
  if (pieces.some((piece) => piece.variant === taker && piece.start === end)) return 'behind'
  if (pieces.some((piece) => piece.variant === taker && piece.end === start)) return 'before'
  return undefined
}

/** The taker's part of a piece and what is left of it. */
function cut(pieces: readonly Piece[], piece: Piece, taker: number, size: number): readonly Piece[] {
  const { start, end } = piece
  if (sideOf(taker, pieces, piece) === 'before') {
    return [
      { start, end: start + size, variant: taker },
      { ...piece, start: start + size },
    ]
  }
  return [
    { ...piece, end: end - size },
    { start: end - size, end, variant: taker },
  ]
}

/** Without empty pieces, and neighbours of one variant as one. */
function joined(pieces: readonly Piece[]): readonly Piece[] {
  const result: Piece[] = []
  for (const piece of pieces) {
    const last = result.at(-1)
    if (piece.start === piece.end) continue
    if (last?.variant === piece.variant) result[result.length - 1] = { ...last, end: piece.end }
    else result.push(piece)
  }
  return result
}

function expectWhole(permille: readonly number[]): void {
  const sum = permille.reduce((total, share) => total + share, 0)
  if (sum === SLOTS && permille.every((share) => Number.isInteger(share) && share >= 0)) return
  throw internalError(`The shares ${permille.join(', ')} do not add up to ${SLOTS}: this is a bug`)
}
