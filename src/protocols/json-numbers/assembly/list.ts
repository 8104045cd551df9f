import { CLOSE, COMMA, isDigit, LOWER_E, MINUS, OPEN, skipSpace } from './characters'
import { readNumber } from './number'
import * as traits from './traits'
import { addValue } from './values'

/** As `MOST_DEPTH` in number-list.ts. */
export const MOST_DEPTH: u32 = 8

/** What `readList` gives for a list whose elements differ in shape: it is not regular, those within may be. */
export const RAGGED: usize = 0
/** For one with anything else in it, or that is no JSON: no list is regular that was open where reading ended. */
export const MIXED: usize = 1
export const TOO_DEEP: usize = 2
const OPENED: usize = 3

/** Depth of the elements of the list that was read last; while it is read 0 until the first of them. */
export let rank: u32 = 0
/** How many lists are open where reading ended. */
export let depth: u32 = 0

const UNKNOWN: u32 = 0xffffffff
// Words, by depth from 1 on. The length of lists, UNKNOWN until one has ended; elements so far of the list that is open; where that began.
const shape = memory.data(36)
const lengths = memory.data(36)
const openings = memory.data(36)

export function lengthAt(level: u32): u32 {
  return load<u32>(shape + <usize>(level << 2))
}

export function openingAt(level: u32): usize {
  return load<u32>(openings + <usize>(level << 2))
}

/** Adds the elements of the list that begins here to the values. @returns where it ends, or RAGGED, MIXED, TOO_DEEP. */
export function readList(start: usize): usize {
  depth = 0
  rank = 0
  let at = start
  while (true) {
    if (load<u8>(at) === OPEN) {
      const outcome = open(at)
      if (outcome !== OPENED) return outcome
      at = skipSpace(at + 1)
      if (load<u8>(at) !== CLOSE) continue
    } else {
      if (rank === 0) rank = depth
      if (rank !== depth) return RAGGED
      at = readElements(at)
      if (at <= MIXED) return at
    }
    while (load<u8>(at) === CLOSE) {
      if (!close()) return RAGGED
      if (depth === 0) return at + 1
      at = skipSpace(at + 1)
    }
    if (load<u8>(at) !== COMMA) return MIXED
    at = skipSpace(at + 1)
  }
}

function open(at: usize): usize {
  if (rank !== 0 && depth === rank) return RAGGED
  if (depth === MOST_DEPTH) return TOO_DEEP
  depth++
  const word = <usize>(depth << 2)
  // Until the first element is seen each list is the first of its depth.
  if (rank === 0) store<u32>(shape + word, UNKNOWN)
  store<u32>(lengths + word, 0)
  store<u32>(openings + word, <u32>at)
  return OPENED
}

/** Whether the list that ends is as long as those of its depth before. */
function close(): bool {
  const word = <usize>(depth << 2)
  const length = load<u32>(lengths + word)
  const expected = load<u32>(shape + word)
  if (expected === UNKNOWN) store<u32>(shape + word, length)
  else if (expected !== length) return false
  if (rank === 0) rank = depth
  depth--
  const outer = lengths + <usize>(depth << 2)
  store<u32>(outer, load<u32>(outer) + 1)
  return true
}

/** Reads to the end of the innermost list. @returns where its bracket is, or RAGGED, MIXED. */
function readElements(at: usize): usize {
  let count: u32 = 0
  while (true) {
    const first: u32 = load<u8>(at)
    const end = isDigit(first) || first === MINUS ? readNumber(at) : readWord(at)
    if (end === 0) return first === OPEN ? RAGGED : MIXED
    count++
    at = skipSpace(end)
    if (load<u8>(at) !== COMMA) break
    at = skipSpace(at + 1)
  }
  if (load<u8>(at) !== CLOSE) return MIXED
  store<u32>(lengths + <usize>(depth << 2), count)
  return at
}

const TRUE: u32 = 0x65757274
const FALS: u32 = 0x736c6166
const NULL: u32 = 0x6c6c756e

/** @returns where the word ends, 0 where there is none. */
function readWord(at: usize): usize {
  const word = load<u32>(at)
  if (word === NULL) {
    addValue(NaN, traits.NULL)
    return at + 4
  }
  if (word === TRUE) {
    addValue(1, traits.BOOLEAN)
    return at + 4
  }
  if (word !== FALS || load<u8>(at, 4) !== LOWER_E) return 0
  addValue(0, traits.BOOLEAN)
  return at + 5
}
