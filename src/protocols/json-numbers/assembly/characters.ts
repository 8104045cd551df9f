export const QUOTE: u32 = 0x22
export const PLUS: u32 = 0x2b
export const COMMA: u32 = 0x2c
export const MINUS: u32 = 0x2d
export const DOT: u32 = 0x2e
export const ZERO: u32 = 0x30
export const COLON: u32 = 0x3a
export const OPEN: u32 = 0x5b
export const BACKSLASH: u32 = 0x5c
export const CLOSE: u32 = 0x5d
export const LOWER_E: u32 = 0x65
export const OPEN_OBJECT: u32 = 0x7b
export const CLOSE_OBJECT: u32 = 0x7d

/** Turns upper case letters to lower case. */
export const LOWER_CASE: u32 = 0x20

export const SPACE: u32 = 0x20
const TAB: u32 = 0x09
const LINE_FEED: u32 = 0x0a
const CARRIAGE_RETURN: u32 = 0x0d

export function isDigit(character: u32): bool {
  return character - ZERO <= 9
}

/** Behind what JSON takes for white space. */
export function skipSpace(at: usize): usize {
  let character: u32 = load<u8>(at)
  while (
    character <= SPACE &&
    (character === SPACE || character === LINE_FEED || character === CARRIAGE_RETURN || character === TAB)
  ) {
    character = load<u8>(++at)
  }
  return at
}

/** Whether a value may end before it. What is no white space is not either in the skeleton, where `JSON.parse` finds it. */
export function endsValue(character: u32): bool {
  return character === COMMA || character === CLOSE || character === CLOSE_OBJECT || character <= SPACE
}
