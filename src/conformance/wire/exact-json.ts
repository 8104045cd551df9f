/** What JSON text is made of, with integers that a double does not hold. */
export type JsonValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue | undefined }

/** JSON text; a bigint becomes its digits. */
export function jsonText(value: JsonValue): string {
  if (typeof value === 'bigint') return String(value)
  if (Array.isArray(value)) return `[${value.map(jsonText).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const members = Object.entries(value).filter(([, member]) => member !== undefined)
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${jsonText(member ?? null)}`).join(',')}}`
}

/** What V8 hands to a reviver beside the value: the text that it was read from. */
interface Source {
  readonly source?: string
}

/** Reads JSON text; whole numbers that a double does not hold come as bigint. @throws SyntaxError */
export function readExactJson(text: string): unknown {
  return JSON.parse(text, (_key: string, value: unknown, ...context: readonly Source[]) =>
    exact(value, context[0]),
  )
}

function exact(value: unknown, context: Source | undefined): unknown {
  if (typeof value !== 'number' || Number.isSafeInteger(value)) return value
  const source = context?.source ?? ''
  return /^-?\d+$/.test(source) ? BigInt(source) : value
}
