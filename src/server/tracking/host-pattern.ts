/** Tells whether the value of a header is one of those that were named, of which some have `*` for any text. */
export function matchesAny(value: string, patterns: readonly string[]): boolean {
  return patterns.some((pattern) => (pattern.includes('*') ? matches(value, pattern) : value === pattern))
}

/** As Python's `fnmatch`: `*` is any text, `?` any character, `[seq]` one of some, `[!seq]` none of them. */
function matches(value: string, pattern: string): boolean {
  const source = pattern.replace(
    /\[(!?)([^\]]+)\]|[\\^$.*+?()[\]{}|]/g,
    (found, not: string, characters?: string) => {
      if (characters !== undefined) return `[${not && '^'}${characters.replace(/[\\\]^]/g, '\\$&')}]`
      if (found === '*') return '.*'
      return found === '?' ? '.' : `\\${found}`
    },
  )
  return new RegExp(`^${source}$`, 's').test(value)
}

/** `localhost`, a loopback address or one of a private network (RFC 1918, RFC 4193), with or without a port. */
export function isLocalHost(host: string): boolean {
  const name = host.replace(/:\d*$/, '').toLowerCase()
  if (LOOPBACK.has(name) || LOOPBACK.has(host)) return true
  return isPrivateAddress(name) || /^\[?f[cd]00:[\da-f:]*\]?$/.test(name)
}

const LOOPBACK: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]', '0.0.0.0'])

/** An address and not a name that begins like one: `10.example.com` may be anybody's. */
function isPrivateAddress(name: string): boolean {
  const [, first = '', second = ''] = /^(\d{1,3})\.(\d{1,3})\.\d{1,3}\.\d{1,3}$/.exec(name) ?? []
  if (first === '10') return true
  if (first === '192') return second === '168'
  return first === '172' && Number(second) >= 16 && Number(second) < 32
}
