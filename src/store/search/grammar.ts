import { type Token, type TokenKind, tokenize } from './tokens.ts'

/**
 * The grammar of MLflow's search language, as sqlparse 0.6 reads it for MLflow 3.17.2:
 *
 *     filter      clause { [AND] clause }
 *     clause      identifier comparison value | identifier [NOT] IN list | identifier IS [NOT] NULL
 *     identifier  part { . part }          part: bare, or in backticks, double or single quotes
 *     comparison  = != < <= > >= LIKE ILIKE
 *     value       number | 'text' | "text"
 *     list        ( 'text' { , 'text' } )
 *
 * What is none of these is grouped too, since MLflow's errors show it in groups.
 */
export type PartKind = TokenKind | 'list' | 'function' | 'identifier' | 'operation' | 'clause' | 'identifiers'

/** A group of tokens: `text.slice(start, end)`. */
export interface Part {
  readonly kind: PartKind
  readonly start: number
  readonly end: number
  /** Of a clause: its left side, its comparator and, unless it asks for NULL, its right side. */
  readonly clause?: ClauseParts
}

export interface ClauseParts {
  readonly left: Part
  readonly comparator: string
  readonly right: Part | undefined
}

/** What makes a text no statement at all: too many tokens or brackets, none, or several with semicolons between. */
export type NotOneStatement = 'unreadable' | 'nothing' | 'several'

const MOST_BRACKETS = 100

/** The groups at the top of a text; clauses with IN and IS are not made out yet. */
export function parse(text: string): readonly Part[] | NotOneStatement {
  const tokens = tokenize(text)
  if (tokens === undefined) return 'unreadable'
  if (tokens.length === 0) return 'nothing'
  if (isSeveral(text, tokens)) return 'several'
  const parts = groupLists(text, tokens)
  return parts === undefined ? 'unreadable' : new Grouping(text, parts).grouped()
}

function isSeveral(text: string, tokens: readonly Token[]): boolean {
  let level = 0
  const end = tokens.findIndex(({ kind, start }) => {
    const char = kind === 'other' ? text[start] : ''
    if (char === '(') level += 1
    else if (char === ')') level -= 1
    return char === ';' && level <= 0
  })
  return end !== -1 && tokens.slice(end + 1).some(({ kind }) => kind !== 'comment')
}

/** Brackets and all that is within them become one part; brackets without a partner stay. */
function groupLists(text: string, tokens: readonly Token[]): Part[] | undefined {
  const parts: Part[] = []
  const open: number[] = []
  for (const token of tokens) {
    parts.push(token)
    const char = token.kind === 'other' ? text[token.start] : ''
    if (char === '(') open.push(parts.length - 1)
    if (open.length > MOST_BRACKETS) return undefined
    const from = char === ')' ? open.pop() : undefined
    const first = from === undefined ? undefined : parts[from]
    if (from === undefined || first === undefined) continue
    parts.length = from
    parts.push({ kind: 'list', start: first.start, end: token.end })
  }
  return parts
}

const NUMBERS = ['integer', 'float'] as const
const OPERANDS = new Set<PartKind>([
  ...NUMBERS,
  ...(['string', 'placeholder', 'list', 'function', 'identifier', 'operation'] as const),
])
const BEHIND_A_DOT = new Set<PartKind>(['function', 'name', 'symbol', 'wildcard', 'string'])
const ALIASED = new Set<PartKind>([
  ...NUMBERS,
  ...(['hexadecimal', 'list', 'function', 'identifier', 'operation', 'clause'] as const),
])
const LISTED = new Set<PartKind>([
  ...NUMBERS,
  ...(['function', 'identifier', 'clause', 'identifiers', 'operation', 'string'] as const),
  ...(['placeholder', 'keyword', 'comment', 'wildcard'] as const),
])

/** The steps by which sqlparse groups parts, in its order: what an early step took, a later one does not see. */
class Grouping {
  readonly #text: string
  #parts: readonly Part[]

  constructor(text: string, parts: readonly Part[]) {
    this.#text = text
    this.#parts = parts
  }

  grouped(): readonly Part[] {
    this.#join('function', (a, b) => isName(a) && b.kind === 'list')
    this.#joinDots()
    this.#parts = this.#parts.map((part) => (isName(part) ? { ...part, kind: 'identifier' } : part))
    this.#join('identifier', (a, b) => b.kind === 'direction' && (a.kind === 'identifier' || isNumber(a)))
    this.#joinAround(
      'identifier',
      (part) => this.#is(part, '::'),
      () => true,
    )
    this.#joinAround('operation', ({ kind }) => kind === 'operator' || kind === 'wildcard', isOperand)
    this.#joinClauses()
    this.#joinAliases()
    this.#joinAround(
      'identifiers',
      (part) => this.#is(part, ','),
      ({ kind }) => LISTED.has(kind),
    )
    return this.#parts
  }

  /** Joins two neighbours, and what that gives with the next. */
  #join(kind: PartKind, suits: (a: Part, b: Part) => boolean): void {
    const joined: Part[] = []
    for (const part of this.#parts) {
      const before = joined.at(-1)
      if (before !== undefined && suits(before, part)) joined.splice(-1, 1, span(kind, before, part))
      else joined.push(part)
    }
    this.#parts = joined
  }

  /** An alias is one name behind a part; a second one is left alone. */
  #joinAliases(): void {
    const joined: Part[] = []
    let justJoined = false
    for (const part of this.#parts) {
      const before = joined.at(-1)
      const fits = before !== undefined && ALIASED.has(before.kind) && part.kind === 'identifier'
      if (fits && !justJoined) {
        joined.splice(-1, 1, span('identifier', before, part))
        justJoined = true
      } else {
        joined.push(part)
        justJoined = false
      }
    }
    this.#parts = joined
  }

  /** `a.b`, and `a.` where what follows cannot be a part of a name. */
  #joinDots(): void {
    const joined: Part[] = []
    for (let index = 0; index < this.#parts.length; index++) {
      const part = this.#parts[index] as Part
      const before = joined.at(-1)
      const isDot = this.#is(part, '.') || this.#is(part, '->') || this.#is(part, '->>')
      if (!isDot || before === undefined || !(isName(before) || before.kind === 'identifier')) {
        joined.push(part)
        continue
      }
      const after = this.#parts[index + 1]
      const takesNext = after !== undefined && BEHIND_A_DOT.has(after.kind)
      joined.splice(-1, 1, span('identifier', before, takesNext ? after : part))
      if (takesNext) index += 1
    }
    this.#parts = joined
  }

  #joinAround(kind: PartKind, isMiddle: (part: Part) => boolean, isSide: (part: Part) => boolean): void {
    this.#joinThree(isMiddle, isSide, (left, _, right) => span(kind, left, right))
  }

  /** In `a = 1 = 2` the first clause is the left side of the second, which MLflow then refuses. */
  #joinClauses(): void {
    const isRight = (part: Part) => isOperand(part) || this.#isWord(part, 'NULL')
    this.#joinThree(
      ({ kind }) => kind === 'comparison',
      (part, side) => isRight(part) || (side === 'left' && part.kind === 'clause'),
      (left, middle, right) => clauseOf(left, this.#slice(middle), right),
    )
  }

  #joinThree(
    isMiddle: (part: Part) => boolean,
    isSide: (part: Part, side: 'left' | 'right') => boolean,
    make: (left: Part, middle: Part, right: Part) => Part,
  ): void {
    const joined: Part[] = []
    for (let index = 0; index < this.#parts.length; index++) {
      const part = this.#parts[index] as Part
      const before = joined.at(-1)
      const after = this.#parts[index + 1]
      const fits = isMiddle(part) && before !== undefined && after !== undefined
      if (fits && isSide(before, 'left') && isSide(after, 'right')) {
        joined.splice(-1, 1, make(before, part, after))
        index += 1
      } else joined.push(part)
    }
    this.#parts = joined
  }

  #is(part: Part, text: string): boolean {
    return part.end - part.start === text.length && this.#text.startsWith(text, part.start)
  }

  #isWord(part: Part, word: string): boolean {
    return part.kind === 'keyword' && this.#slice(part).toUpperCase() === word
  }

  #slice({ start, end }: Part): string {
    return this.#text.slice(start, end)
  }
}

function isName({ kind }: Part): boolean {
  return kind === 'name' || kind === 'symbol'
}

function isNumber({ kind }: Part): boolean {
  return kind === 'integer' || kind === 'float' || kind === 'hexadecimal'
}

function isOperand({ kind }: Part): boolean {
  return OPERANDS.has(kind)
}

function span(kind: PartKind, first: Part, last: Part): Part {
  return { kind, start: first.start, end: last.end }
}

export function clauseOf(left: Part, comparator: string, right: Part | undefined, end?: number): Part {
  return {
    kind: 'clause',
    start: left.start,
    end: end ?? right?.end ?? left.end,
    clause: { left, comparator, right },
  }
}
