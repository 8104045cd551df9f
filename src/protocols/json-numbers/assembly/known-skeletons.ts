import { KNOWN, KNOWN_BYTES, SKELETON } from './layout'
import { skeletonEnd } from './skeleton'

/** Behind a word of 64 bits with its length each known skeleton lies in whole words, the last one filled with zeros. */
const MOST_KNOWN: i32 = 32
const NONE: i32 = -1

const places = memory.data(128)
let count: i32 = 0
let end: usize = KNOWN
let latest: i32 = 0

/** The number of the known skeleton that the one just written is, NONE for a new one. */
export function findSkeleton(): i32 {
  store<u64>(skeletonEnd, 0)
  if (latest < count && isSkeleton(latest)) return latest
  for (let i = 0; i < count; i++) {
    if (isSkeleton(i)) {
      latest = i
      return i
    }
  }
  return NONE
}

function isSkeleton(number: i32): bool {
  const length = skeletonEnd - SKELETON
  const place = placeOf(number)
  if (load<u64>(place) !== length) return false
  for (let i: usize = 0; i < length; i += 8) {
    if (load<u64>(place + i, 8) !== load<u64>(SKELETON + i)) return false
  }
  return true
}

function placeOf(number: i32): usize {
  return load<u32>(places + ((<usize>number) << 2))
}

/**
 * Remembers the skeleton just written.
 *
 * @returns its number; 0 says that all others were forgotten.
 */
export function rememberSkeleton(): i32 {
  const length: usize = skeletonEnd - SKELETON
  const size: usize = 8 + ((length + 7) & ~7)
  if (count === MOST_KNOWN || end + size > KNOWN + KNOWN_BYTES) {
    count = 0
    end = KNOWN
  }
  store<u32>(places + ((<usize>count) << 2), <u32>end)
  store<u64>(end, length)
  memory.copy(end + 8, SKELETON, size - 8)
  end += size
  latest = count
  return count++
}
