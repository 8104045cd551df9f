import { KEYWORDS, TYPE_WORDS } from './reserved-words.ts'

/** `name` is bare or in backticks; `symbol` stands in double quotes, `string` in single ones. */
export type TokenKind =
  | 'name'
  | 'symbol'
  | 'string'
  | 'integer'
  | 'float'
  | 'hexadecimal'
  | 'keyword'
  | 'type'
  | 'direction'
  | 'comparison'
  | 'operator'
  | 'wildcard'
  | 'placeholder'
  | 'comment'
  | 'other'

/** A piece of a search text that cannot be cut further: `text.slice(start, end)`. */
export interface Token {
  readonly kind: TokenKind
  readonly start: number
  readonly end: number
}

/** More tokens than this are refused, as sqlparse refuses them for MLflow. */
export const MOST_TOKENS = 10_000

const WORD = String.raw`[\p{L}\p{N}_]`
const LETTER = '[A-ZÀ-Ü]'
const NO_LETTER = '(?![A-ZÀ-Ü_])'

/** Tried in this order at each place. Words are looked up afterwards. */
const RULES: readonly (readonly [TokenKind | 'space' | 'word', RegExp])[] = [
  rule('comment', String.raw`(?:--|# )[^\r\n]*(?:\r\n|\r|\n)?`),
  rule('comment', String.raw`/\*[^]*?\*/`),
  rule('space', String.raw`\s+`),
  rule('other', ':=|::'),
  rule('wildcard', String.raw`\*`),
  rule('name', '`(?:``|[^`])*`'),
  rule('placeholder', String.raw`\?|%(?:\(${WORD}+\))?s|(?<!${WORD})[$:]${WORD}+`),
  rule('keyword', `(?:CASE|IN|VALUES|USING|FROM|AS)(?!${WORD})`),
  rule('name', `(?:@|##|#)${LETTER}${WORD}+`),
  rule('name', String.raw`${LETTER}${WORD}*(?=\s*\.(?!\d))`),
  rule('name', String.raw`(?<=\.)${LETTER}${WORD}*`),
  rule('name', String.raw`${LETTER}${WORD}*(?=\()`),
  rule('hexadecimal', String.raw`-?0x[\dA-F]+`),
  rule('float', String.raw`-?\d+(?:\.\d+)?E-?\d+`),
  rule('float', String.raw`${NO_LETTER}-?(?:\d+\.\d*|\.\d+)${NO_LETTER}`),
  rule('integer', String.raw`${NO_LETTER}-?\d+${NO_LETTER}`),
  rule('string', String.raw`'(?:''|\\'|[^'])*'`),
  rule('symbol', String.raw`"(?:""|\\"|[^"])*"`),
  rule('name', String.raw`(?<![\p{L}\p{N}_\])])\[[^\][]+\]`),
  rule('keyword', String.raw`NOT\s+NULL(?!${WORD})`),
  rule('keyword', String.raw`(?:ORDER|GROUP)\s+BY(?!${WORD})`),
  rule('direction', String.raw`(?:ASC|DESC)(?:\s+NULLS\s+(?:FIRST|LAST))?(?!${WORD})`),
  rule('comparison', String.raw`(?:NOT\s+)?(?:LIKE|ILIKE|RLIKE)(?!${WORD})`),
  rule('comparison', String.raw`(?:NOT\s+)?REGEXP(?:\s+BINARY)?(?!${WORD})`),
  rule('word', String.raw`${WORD}[$#\p{L}\p{N}_]*`),
  rule('operator', '->>?|#>>?|@>|<@|-|#-'),
  rule('comparison', '[<>=~!]+'),
  rule('operator', '[+/@#%^&|-]+'),
  rule('other', '[^]'),
]

function rule<Kind extends string>(kind: Kind, pattern: string): readonly [Kind, RegExp] {
  return [kind, new RegExp(pattern, 'iuy')]
}

/**
 * Cuts a search text into tokens, without the white space between them, as sqlparse does for MLflow.
 * @returns undefined for a text of more than `MOST_TOKENS`
 */
export function tokenize(text: string): readonly Token[] | undefined {
  const tokens: Token[] = []
  const lastCommentEnd = text.lastIndexOf('*/')
  for (let start = 0; start < text.length; ) {
    const openComment = text.startsWith('/*', start) && start + 2 > lastCommentEnd
    const { kind, end } = openComment ? ({ kind: 'operator', end: start + 1 } as const) : next(text, start)
    if (kind !== 'space') tokens.push({ kind, start, end })
    if (tokens.length > MOST_TOKENS) return undefined
    start = end
  }
  return tokens
}

function next(text: string, start: number): { kind: TokenKind | 'space'; end: number } {
  for (const [kind, pattern] of RULES) {
    pattern.lastIndex = start
    if (!pattern.test(text)) continue
    const end = pattern.lastIndex
    return { kind: kind === 'word' ? kindOfWord(text.slice(start, end)) : kind, end }
  }
  return { kind: 'other', end: start + 1 }
}

function kindOfWord(word: string): TokenKind {
  const upper = word.toUpperCase()
  if (KEYWORDS.has(upper)) return 'keyword'
  return TYPE_WORDS.has(upper) ? 'type' : 'name'
}
