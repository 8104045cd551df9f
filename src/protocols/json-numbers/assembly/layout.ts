/**
 * Where things lie in the memory of the module: first the tables of the compiler, then these areas. A multiple of 8 each, and each with 16 bytes
 * behind it that a read or write of eight bytes at once may touch.
 */
const SLACK: usize = 16

/** The skeleton that is being written. */
export const SKELETON: usize = 0x8000
export const SKELETON_BYTES: usize = 0x10000
/** Skeletons that are remembered, one after the other. */
export const KNOWN: usize = SKELETON + SKELETON_BYTES + SLACK
export const KNOWN_BYTES: usize = 0x40000
/** The lists of the body, in words of 32 bits: `list-records.ts`. */
export const LISTS: usize = KNOWN + KNOWN_BYTES + SLACK
export const LISTS_BYTES: usize = 0x80000
/** The body, and behind it the values of all lists: 8 bytes for at least 2 of the body. */
export const BODY: usize = LISTS + LISTS_BYTES + SLACK

/** Where the values of a body of this length begin. */
export function valuesAt(bodyLength: usize): usize {
  return (BODY + bodyLength + SLACK + 7) & ~7
}
