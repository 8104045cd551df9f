import { BODY, LISTS, LISTS_BYTES } from './layout'
import { lengthAt, rank } from './list'
import { seenTraits } from './values'

/** A record of 16 words, of which ../taken-list.ts reads these: */
const RECORD_BYTES: usize = 64
const RANK: usize = 0
const TRAITS: usize = 4
const COUNT: usize = 8
/** The place of its first value. */
const START: usize = 12
/** Where it stands in the body. */
const BODY_START: usize = 16
const BODY_END: usize = 20
const SHAPE: usize = 24

let end: usize = LISTS

export function clearLists(): void {
  end = LISTS
}

export function countLists(): u32 {
  return <u32>((end - LISTS) / RECORD_BYTES)
}

/** Whether there is no place for another list. */
export function areListsFull(): bool {
  return end >= LISTS + LISTS_BYTES
}

export function addNumber(start: u32, from: usize, to: usize): void {
  store<u32>(end, 0, RANK)
  addRecord(1, start, from, to)
}

/** Adds the list that was read last. */
export function addList(count: u32, start: u32, from: usize, to: usize): void {
  store<u32>(end, rank, RANK)
  for (let level: u32 = 1; level <= rank; level++) {
    store<u32>(end + <usize>((level - 1) << 2), lengthAt(level), SHAPE)
  }
  addRecord(count, start, from, to)
}

function addRecord(count: u32, start: u32, from: usize, to: usize): void {
  store<u32>(end, seenTraits, TRAITS)
  store<u32>(end, count, COUNT)
  store<u32>(end, start, START)
  store<u32>(end, <u32>(from - BODY), BODY_START)
  store<u32>(end, <u32>(to - BODY), BODY_END)
  end += RECORD_BYTES
}
