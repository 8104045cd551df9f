import { isRecord } from '../../src/core/record.ts'

/** Reads the fields of a parsed value; what is not as it has to be is named with its path in an error. */
export class Fields {
  readonly #record: Readonly<Record<string, unknown>>
  readonly #path: string

  /** @throws Error unless `value` is an object */
  constructor(value: unknown, path: string) {
    if (!isRecord(value)) throw new Error(`${path} is not an object`)
    this.#record = value
    this.#path = path
  }

  text(name: string): string {
    const value = this.#record[name]
    return typeof value === 'string' ? value : this.#refuse(name, 'a string')
  }

  /** NaN for null, which is how JSON writes what is not finite. */
  number(name: string): number {
    return this.numberOrNull(name) ?? Number.NaN
  }

  numberOrNull(name: string): number | null {
    const value = this.#record[name]
    return typeof value === 'number' || value === null ? value : this.#refuse(name, 'a number or null')
  }

  flag(name: string): boolean {
    const value = this.#record[name]
    return typeof value === 'boolean' ? value : this.#refuse(name, 'true or false')
  }

  oneOf<Choice extends string>(name: string, choices: readonly Choice[]): Choice {
    const value = this.#record[name]
    return choices.find((choice) => choice === value) ?? this.#refuse(name, `one of ${choices.join(', ')}`)
  }

  texts(name: string): Readonly<Record<string, string>> {
    const { fields, names } = this.#child(name)
    return Object.fromEntries(names.map((key) => [key, fields.text(key)]))
  }

  one<Item>(name: string, read: (fields: Fields) => Item): Item {
    return read(this.#child(name).fields)
  }

  optional<Item>(name: string, read: (fields: Fields) => Item): Item | undefined {
    return this.#record[name] === undefined ? undefined : this.one(name, read)
  }

  list<Item>(name: string, read: (fields: Fields) => Item): readonly Item[] {
    const value: unknown = this.#record[name]
    if (!Array.isArray(value)) return this.#refuse(name, 'a list')
    return value.map((item: unknown, index) => read(new Fields(item, `${this.#path}.${name}[${index}]`)))
  }

  optionalList<Item>(name: string, read: (fields: Fields) => Item): readonly Item[] | undefined {
    return this.#record[name] === undefined ? undefined : this.list(name, read)
  }

  #child(name: string): { fields: Fields; names: readonly string[] } {
    const value = this.#record[name]
    const fields = new Fields(value, `${this.#path}.${name}`)
    return { fields, names: Object.keys(fields.#record) }
  }

  #refuse(name: string, wanted: string): never {
    throw new Error(`${this.#path}.${name} is not ${wanted}`)
  }
}
