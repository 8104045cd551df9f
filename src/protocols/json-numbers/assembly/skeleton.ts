import { BACKSLASH, QUOTE } from './characters'
import { SKELETON, SKELETON_BYTES } from './layout'

const QUOTES: u64 = 0x2222222222222222
const BACKSLASHES: u64 = 0x5c5c5c5c5c5c5c5c
const ONES: u64 = 0x0101010101010101
const HIGH_BITS: u64 = 0x8080808080808080

/** Behind the last byte of the skeleton. */
export let skeletonEnd: usize = SKELETON

export function clearSkeleton(): void {
  skeletonEnd = SKELETON
}

/** Whether it has grown beyond its area, where the slack behind it begins. */
export function isSkeletonFull(): bool {
  return skeletonEnd > SKELETON + SKELETON_BYTES
}

export function addByte(byte: u32): void {
  store<u8>(skeletonEnd++, byte)
}

/** Copies the text whose quote is at `at`, unread but for where it ends. @returns where that is; 0 where it has no end, or no place. */
export function copyText(at: usize, bodyEnd: usize): usize {
  addByte(QUOTE)
  at++
  while (at < bodyEnd && !isSkeletonFull()) {
    const eight = load<u64>(at)
    store<u64>(skeletonEnd, eight)
    const ends = zeroBytes(eight ^ QUOTES) | zeroBytes(eight ^ BACKSLASHES)
    const length = <usize>(ctz(ends) >> 3)
    at += length
    skeletonEnd += length
    if (ends === 0) continue
    if (at >= bodyEnd) return 0
    if (load<u8>(at) === BACKSLASH) {
      store<u16>(skeletonEnd, load<u16>(at))
      at += 2
      skeletonEnd += 2
    } else {
      addByte(QUOTE)
      return at + 1
    }
  }
  return 0
}

/** The high bits of the bytes that are 0: the lowest for certain, bytes above it may be 1. */
function zeroBytes(eight: u64): u64 {
  return (eight - ONES) & ~eight & HIGH_BITS
}
