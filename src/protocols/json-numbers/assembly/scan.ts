import { CLOSE, CLOSE_OBJECT, endsValue, isDigit, MINUS, OPEN, OPEN_OBJECT, QUOTE } from './characters'
import { findSkeleton } from './known-skeletons'
import { BODY, valuesAt } from './layout'
import { depth, MIXED, openingAt, RAGGED, readList, TOO_DEEP } from './list'
import { addList, addNumber, areListsFull, clearLists } from './list-records'
import { readNumber } from './number'
import { clearId, expectId, ID_MARK, isId, isIdKey, isIdTaken, takeId } from './request-id'
import { addByte, clearSkeleton, copyText, isSkeletonFull } from './skeleton'
import { startValues, valuesEnd } from './values'

const DECLINED: i32 = -2
/** Written to the skeleton where a list was. It is no byte of JSON: in a text the skeleton is refused for it, elsewhere here. */
const MARK: u32 = 1

/** How many brackets and braces of the skeleton are open. */
let level: i32 = 0

/** Where `bare` has the brackets that are known to stay in the skeleton, in the order of the body. */
const bare = memory.data(32)
let bareCount: usize = 0
let bareNext: usize = 0
let firstValue: usize = 0

/** Takes the body apart. @returns the number of its skeleton, -1 for a new one, -2 where it is declined. */
export function scan(bodyLength: usize): i32 {
  const end = BODY + bodyLength
  store<u64>(end, 0)
  store<u64>(end, 0, 8)
  clearSkeleton()
  clearLists()
  clearId()
  level = 0
  firstValue = valuesAt(bodyLength)
  startValues(firstValue)
  bareCount = 0
  bareNext = 0
  let at = BODY
  while (at < end) {
    const character: u32 = load<u8>(at)
    if (character === QUOTE) {
      at = takeText(at, end)
      if (at === 0) return DECLINED
    } else if (character === OPEN) {
      at = takeList(at)
      if (at === 0) return DECLINED
    } else if (isDigit(character) || character === MINUS) {
      at = takeNumber(at)
      if (at === 0) return DECLINED
    } else {
      if (character === MARK || character === ID_MARK) return DECLINED
      if (character === OPEN_OBJECT) level++
      else if (character === CLOSE_OBJECT || character === CLOSE) level--
      addByte(character)
      at++
    }
    if (isSkeletonFull()) return DECLINED
  }
  return findSkeleton()
}

/** @returns behind the text; 0 to decline. */
function takeText(at: usize, end: usize): usize {
  if (isId(at)) {
    const idEnd = takeId(at)
    if (idEnd !== 0) return idEnd
  }
  const textEnd = copyText(at, end)
  if (level !== 1 || !isIdKey(at, textEnd)) return textEnd
  // Of several ids the last one counts.
  if (isIdTaken()) return 0
  expectId(textEnd)
  return textEnd
}

/** @returns behind the list, or behind its bracket where it stays; 0 to decline. */
function takeList(at: usize): usize {
  if (bareNext < bareCount && <usize>load<u32>(bare + (bareNext << 2)) === at) {
    bareNext++
    return leaveBracket(at)
  }
  const first = valuesEnd
  startValues(first)
  const end = readList(at)
  if (end === TOO_DEEP) return 0
  if (end === RAGGED || end === MIXED) {
    bareNext = 0
    bareCount = 0
    // All around the place where it is mixed stay too: so no byte is read more than twice for that.
    if (end === MIXED) for (let level: u32 = 2; level <= depth; level++) leaveBare(openingAt(level))
    startValues(first)
    return leaveBracket(at)
  }
  addByte(MARK)
  addList(<u32>((valuesEnd - first) >> 3), <u32>((first - firstValue) >> 3), at, end)
  return areListsFull() || !endsValue(load<u8>(end)) ? 0 : end
}

function leaveBracket(at: usize): usize {
  addByte(OPEN)
  level++
  return at + 1
}

function leaveBare(opening: usize): void {
  store<u32>(bare + (bareCount << 2), <u32>opening)
  bareCount++
}

/** @returns behind the number; 0 to decline. */
function takeNumber(at: usize): usize {
  const first = valuesEnd
  startValues(first)
  const end = readNumber(at)
  if (end === 0 || !endsValue(load<u8>(end))) return 0
  addByte(MARK)
  addNumber(<u32>((first - firstValue) >> 3), at, end)
  return areListsFull() ? 0 : end
}
