import { type Document, isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml'
import { invalidParameter, messageOf } from '../core/errors.ts'

/** What all places of a file share. */
interface YamlSource {
  readonly file: string
  readonly document: Document.Parsed
  readonly lines: LineCounter
}

/**
 * A value in a YAML file that a person has written, read strictly: what is not understood is an error with the line and the
 * way to it.
 */
export class YamlPlace {
  readonly #source: YamlSource
  readonly #node: unknown
  /** `models[1].workers`; empty for the whole file. */
  readonly #path: string
  /** Of its key, where the value itself has no place. */
  readonly #offset: number

  private constructor(source: YamlSource, node: unknown, path: string, offset: number) {
    this.#source = source
    this.#node = isAlias(node) ? node.resolve(source.document) : node
    this.#path = path
    this.#offset = rangeStart(node) ?? offset
  }

  /** @throws ServingError INVALID_PARAMETER_VALUE where the text is not YAML, or has a key twice. */
  static read(file: string, text: string): YamlPlace {
    const lines = new LineCounter()
    const document = parseDocument(text, { lineCounter: lines, prettyErrors: false })
    const source = { file, document, lines }
    const [problem] = [...document.errors, ...document.warnings]
    if (problem !== undefined) {
      const several = problem.code === 'MULTIPLE_DOCS'
      const message = several ? 'one document is needed, and another begins here' : problem.message
      throw new YamlPlace(source, undefined, '', problem.pos[0]).failure(message)
    }
    return new YamlPlace(source, document.contents, '', 0)
  }

  /** The values of a map. @throws ServingError INVALID_PARAMETER_VALUE for anything else, and for other keys than these. */
  map<const Key extends string>(keys: readonly Key[]): ReadonlyMap<Key, YamlPlace> {
    if (!isMap(this.#node)) throw this.failure(`a map is needed, of ${keys.join(', ')}`)
    const found = new Map<Key, YamlPlace>()
    for (const { key, value } of this.#node.items) {
      const name = isScalar(key) ? String(key.value) : '?'
      const path = this.#path === '' ? name : `${this.#path}.${name}`
      const place = new YamlPlace(this.#source, value, path, rangeStart(key) ?? this.#offset)
      const known = keys.find((each) => each === name)
      if (known === undefined) {
        const itself = new YamlPlace(this.#source, key, path, this.#offset)
        throw itself.failure(`there is no such key; known are ${keys.join(', ')}`)
      }
      found.set(known, place)
    }
    return found
  }

  /** The values of a map whose keys the file chooses. @throws ServingError INVALID_PARAMETER_VALUE for anything else. */
  entries(): readonly (readonly [name: string, place: YamlPlace])[] {
    if (!isMap(this.#node)) throw this.failure('a map is needed')
    return this.#node.items.map(({ key, value }) => {
      const itself = new YamlPlace(this.#source, key, this.#path, this.#offset)
      const name = itself.text()
      return [name, new YamlPlace(this.#source, value, `${this.#path}.${name}`, itself.#offset)]
    })
  }

  /** The values of a list. @throws ServingError INVALID_PARAMETER_VALUE */
  list(): readonly YamlPlace[] {
    if (!isSeq(this.#node)) throw this.failure('a list is needed')
    return this.#node.items.map(
      (item, index) => new YamlPlace(this.#source, item, `${this.#path}[${index}]`, this.#offset),
    )
  }

  /** A text, or a number as it was written. @throws ServingError INVALID_PARAMETER_VALUE */
  text(): string {
    const value = isScalar(this.#node) ? this.#node.value : undefined
    if (typeof value === 'string' && value.trim() !== '') return value
    if (isScalar(this.#node) && (typeof value === 'number' || typeof value === 'bigint')) {
      return this.#node.source ?? String(value)
    }
    throw this.failure('a text is needed')
  }

  /** @throws ServingError INVALID_PARAMETER_VALUE */
  flag(): boolean {
    const value = isScalar(this.#node) ? this.#node.value : undefined
    if (typeof value === 'boolean') return value
    throw this.failure('true or false is needed')
  }

  /** The same, where `on` and `off` may be written too. @throws ServingError INVALID_PARAMETER_VALUE */
  switch(): boolean {
    const value = isScalar(this.#node) ? this.#node.value : undefined
    if (value === true || value === 'on') return true
    if (value === false || value === 'off') return false
    throw this.failure('on or off is needed')
  }

  get kind(): 'map' | 'list' | 'value' {
    if (isMap(this.#node)) return 'map'
    return isSeq(this.#node) ? 'list' : 'value'
  }

  /** What a parser makes of the text. @throws ServingError INVALID_PARAMETER_VALUE with the parser's words and the place. */
  parsed<T>(parse: (text: string) => T): T {
    const text = this.text()
    try {
      return parse(text)
    } catch (error) {
      throw this.failure(messageOf(error))
    }
  }

  /** An error that says where. */
  failure(problem: string): Error {
    const { line } = this.#source.lines.linePos(this.#offset)
    const path = this.#path === '' ? '' : `${this.#path}: `
    return invalidParameter(`${this.#source.file}, line ${line}: ${path}${problem}`)
  }
}

function rangeStart(node: unknown): number | undefined {
  return (node as Node | null | undefined)?.range?.[0]
}
