import { MOST_DEPTH, NumberTraits } from '../../../src/protocols/json-numbers/number-list.ts'

/** What is taken out of a body, by the definition. */
export interface ReferenceList {
  readonly shape: readonly number[]
  readonly values: readonly number[]
  readonly literals: readonly string[]
  readonly traits: number
}

export interface ReferenceScan {
  /** One character a byte. */
  readonly skeleton: string
  readonly lists: readonly ReferenceList[]
  readonly id: string | undefined
}

interface Regular extends ReferenceList {
  readonly end: number
}

/** The key of an id, and its text where that is plain. */
const ID = /("id"[ \t\n\r]*:[ \t\n\r]*)(?:"([ !#-[\]-~]{0,128})")?/y
const STRING = /"(?:[^"\\]|\\[\s\S])*"/y
const NUMBER = /-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?/y
const WORD = /true|false|null/y
const SPACE = /[ \t\n\r]*/y
const AFTER_VALUE = /[ \t\n\r,\]}]|$/y

/**
 * The definition of what `NumberScanner` finds: slow, and written to be read. It tries at each bracket whether what follows is a
 * regular list, and leaves the bracket where it is otherwise.
 *
 * @returns undefined where a number is none of JSON's, a text has no end, or a list of numbers is too deep.
 */
export function referenceScan(body: Uint8Array): ReferenceScan | undefined {
  const text = Buffer.from(body).toString('latin1')
  const lists: ReferenceList[] = []
  let skeleton = ''
  let id: string | undefined
  let level = 0
  let at = 0
  while (at < text.length) {
    if (/[-0-9[]/.test(text[at] as string)) {
      const list = regularAt(text, at, 0)
      if (list !== undefined) {
        if (list.shape.length > MOST_DEPTH) return undefined
        skeleton += String(lists.push(list) - 1)
        at = list.end
        continue
      }
      if (text[at] !== '[') return undefined
    }
    const member = level === 1 ? match(ID, text, at) : null
    if (member !== null) {
      if (id !== undefined) return undefined
      id = member[2]
      skeleton += id === undefined ? member[1] : `${member[1]}""`
      at += member[0].length
      continue
    }
    if (/[[{\]}]/.test(text[at] as string)) level += /[[{]/.test(text[at] as string) ? 1 : -1
    const piece = text[at] === '"' ? match(STRING, text, at)?.[0] : text[at]
    if (piece === undefined) return undefined
    skeleton += piece
    at += piece.length
  }
  return { skeleton, lists, id }
}

/** The number or regular list that begins here. Inside of a list a word counts too. */
function regularAt(text: string, at: number, depth: number): Regular | undefined {
  const found =
    text[at] === '['
      ? listAt(text, at, depth)
      : (numberAt(text, at) ?? (depth > 0 ? wordAt(text, at) : undefined))
  return found !== undefined && match(AFTER_VALUE, text, found.end) !== null ? found : undefined
}

function listAt(text: string, start: number, depth: number): Regular | undefined {
  const elements: Regular[] = []
  let at = skipSpace(text, start + 1)
  if (text[at] === ']') return joined([], at + 1)
  for (;;) {
    const element = regularAt(text, at, depth + 1)
    if (element === undefined || String(element.shape) !== String((elements[0] ?? element).shape)) {
      return undefined
    }
    elements.push(element)
    at = skipSpace(text, element.end)
    if (text[at] === ']') break
    if (text[at] !== ',') return undefined
    at = skipSpace(text, at + 1)
  }
  return joined(elements, at + 1)
}

function joined(elements: readonly Regular[], end: number): Regular {
  return {
    shape: [elements.length, ...(elements[0]?.shape ?? [])],
    values: elements.flatMap(({ values }) => values),
    literals: elements.flatMap(({ literals }) => literals),
    traits: elements.reduce((all, { traits }) => all | traits, 0),
    end,
  }
}

function numberAt(text: string, at: number): Regular | undefined {
  const found = match(NUMBER, text, at)
  if (found === null) return undefined
  const [literal, fraction, exponent] = found
  const value = Number(literal)
  const isInteger = fraction === undefined && exponent === undefined
  let traits: number = isInteger ? NumberTraits.INTEGER : NumberTraits.FRACTION
  if (Object.is(value, -0)) traits |= NumberTraits.NEGATIVE_ZERO
  if (!Number.isFinite(value)) traits |= NumberTraits.HUGE
  if (isInteger) {
    const exact = BigInt(literal)
    if (exact > 2n ** 53n || exact < -(2n ** 53n)) traits |= NumberTraits.LARGE_INTEGER
    if (BigInt.asIntN(64, exact) !== exact) traits |= NumberTraits.BEYOND_INT64
  }
  return { shape: [], values: [value], literals: [literal], traits, end: at + literal.length }
}

function wordAt(text: string, at: number): Regular | undefined {
  const literal = match(WORD, text, at)?.[0]
  if (literal === undefined) return undefined
  const traits = literal === 'null' ? NumberTraits.NULL : NumberTraits.BOOLEAN
  const value = literal === 'null' ? Number.NaN : Number(literal === 'true')
  return { shape: [], values: [value], literals: [literal], traits, end: at + literal.length }
}

function skipSpace(text: string, at: number): number {
  return at + (match(SPACE, text, at)?.[0].length ?? 0)
}

function match(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at
  return pattern.exec(text)
}
