/** One way in which a server wants to be asked (RFC 9110, section 11.6.1). */
export interface Challenge {
  /** In small letters: `bearer`, `basic`. */
  readonly scheme: string
  /** Names in small letters. */
  readonly parameters: Readonly<Record<string, string>>
}

/** `token68`, which stands alone behind its scheme. (RFC 9110, section 11.2) */
const TOKEN68 = /[A-Za-z0-9\-._~+/]+=*(?=\s*(?:,|$))/y
const TOKEN = /[!#$%&'*+\-.^_`|~0-9A-Za-z]+/y
const EQUALS = /[ \t]*=[ \t]*/y
const QUOTED = /"((?:[^"\\]|\\.)*)"/y
const SEPARATORS = /[ \t,]*/y
const SPACES = /[ \t]+/y

/** The challenges of a WWW-Authenticate header, or of several that were joined by commas; what is no challenge is left out. */
export function parseChallenges(header: string): readonly Challenge[] {
  const challenges: Challenge[] = []
  const scanner = new Scanner(header)
  for (;;) {
    scanner.take(SEPARATORS)
    const scheme = scanner.take(TOKEN)
    if (scheme === undefined) return challenges
    const hasMore = scanner.take(SPACES) !== undefined
    challenges.push({ scheme: scheme.toLowerCase(), parameters: hasMore ? readParameters(scanner) : {} })
  }
}

function readParameters(scanner: Scanner): Readonly<Record<string, string>> {
  const parameters: Record<string, string> = Object.create(null)
  for (;;) {
    const before = scanner.at
    scanner.take(SEPARATORS)
    const name = scanner.take(TOKEN)
    const value = name !== undefined && scanner.take(EQUALS) !== undefined ? readValue(scanner) : undefined
    if (name === undefined || value === undefined) {
      // The next scheme, or the end, or a token68, which no scheme of registries has.
      scanner.at = before
      if (Object.keys(parameters).length === 0) scanner.take(TOKEN68)
      return parameters
    }
    parameters[name.toLowerCase()] ??= value
  }
}

function readValue(scanner: Scanner): string | undefined {
  const quoted = scanner.take(QUOTED)
  return quoted === undefined ? scanner.take(TOKEN) : quoted.slice(1, -1).replace(/\\(.)/g, '$1')
}

class Scanner {
  readonly #text: string
  at = 0

  constructor(text: string) {
    this.#text = text
  }

  /** What a sticky pattern finds here; stays where it is when that is nothing. */
  take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.at
    const found = pattern.exec(this.#text)?.[0]
    if (found !== undefined) this.at = pattern.lastIndex
    return found
  }
}
