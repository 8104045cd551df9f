import { BODY, LISTS, LISTS_BYTES } from './layout'
import { lengthAt, MOST_DEPTH, rank } from './list'
import { seenTraits } from './values'

/** Words before the shape: rank and traits, offset of the first value, where the list begins and ends in the body. */
const HEADER_BYTES: usize = 16
const LARGEST_RECORD: usize = HEADER_BYTES + ((<usize>MOST_DEPTH) << 2)

export let listCount: u32 = 0
let end: usize = LISTS

export function clearLists(): void {
  listCount = 0
  end = LISTS
}

/** Whether there is no place for another list. */
export function areListsFull(): bool {
  return end > LISTS + LISTS_BYTES - LARGEST_RECORD
}

export function addNumber(value: u32, from: usize, to: usize): void {
  addHeader(0, value, from, to)
}

/** Adds the list that was read last. */
export function addList(value: u32, from: usize, to: usize): void {
  addHeader(rank, value, from, to)
  for (let level: u32 = 1; level <= rank; level++) {
    store<u32>(end, lengthAt(level))
    end += 4
  }
}

function addHeader(depth: u32, value: u32, from: usize, to: usize): void {
  store<u32>(end, depth | (seenTraits << 8))
  store<u32>(end, value, 4)
  store<u32>(end, <u32>(from - BODY), 8)
  store<u32>(end, <u32>(to - BODY), 12)
  end += HEADER_BYTES
  listCount++
}
