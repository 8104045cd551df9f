import { BACKSLASH, COLON, QUOTE, SPACE, skipSpace } from './characters'
import { addByte } from './skeleton'

/** Written to the skeleton where the text was. As `MARK` in scan.ts it is no byte of JSON. */
export const ID_MARK: u32 = 2

/** `"id"` */
const KEY: u32 = 0x22646922
const KEY_LENGTH: usize = 4
/** A longer one stays in the skeleton. */
const MOST_BYTES: usize = 128
const LAST_OF_ASCII: u32 = 0x7e

const NONE: usize = 0

/** Where the text behind the key begins, with its quote, once the key has been read. */
let expected: usize = NONE
/** The text that was taken out, without its quotes; NONE for a body that has none. */
export let idStart: usize = NONE
export let idEnd: usize = NONE

export function clearId(): void {
  expected = NONE
  idStart = NONE
  idEnd = NONE
}

export function isId(at: usize): bool {
  return at === expected
}

/** Whether an id was taken out before. */
export function isIdTaken(): bool {
  return idStart !== NONE
}

/** Whether a text of the outermost value is the key of an id. */
export function isIdKey(start: usize, end: usize): bool {
  return end - start === KEY_LENGTH && load<u32>(start) === KEY && load<u8>(skipSpace(end)) === COLON
}

/** @param keyEnd where its key ends. */
export function expectId(keyEnd: usize): void {
  expected = skipSpace(skipSpace(keyEnd) + 1)
}

/** Takes out the text whose quote is at `at`. @returns where it ends; 0 where it is not as plain as those that are taken out. */
export function takeId(at: usize): usize {
  const start = at + 1
  let end = start
  let character: u32 = load<u8>(end)
  while (character !== QUOTE) {
    if (character < SPACE || character > LAST_OF_ASCII || character === BACKSLASH) return 0
    if (end - start === MOST_BYTES) return 0
    character = load<u8>(++end)
  }
  idStart = start
  idEnd = end
  addByte(ID_MARK)
  return end + 1
}
