import { invalidState, type ServingError } from '../core/errors.ts'
import { isRecord } from '../core/record.ts'

/** Reads the fields of a JSON object of another process: each is what it has to be, or an error says which is not. */
export class JsonFields {
  readonly #fields: Readonly<Record<string, unknown>>
  readonly #place: string

  /**
   * @param place of the object, as `rollout.variants[1]`, for errors
   * @throws ServingError INVALID_STATE, as all methods do
   */
  constructor(value: unknown, place: string) {
    if (!isRecord(value)) throw unexpected(place, 'an object')
    this.#fields = value
    this.#place = place
  }

  text(name: string): string {
    return this.#read(name, 'a text', (value) => (typeof value === 'string' ? value : undefined))
  }

  number(name: string): number {
    return this.#read(name, 'a finite number', asNumber)
  }

  flag(name: string): boolean {
    return this.#read(name, 'true or false', (value) => (typeof value === 'boolean' ? value : undefined))
  }

  oneOf<T extends string>(name: string, allowed: readonly T[]): T {
    return this.#read(name, `one of ${allowed.join(', ')}`, (value) => allowed.find((each) => each === value))
  }

  object(name: string): JsonFields {
    return new JsonFields(this.#fields[name], `${this.#place}.${name}`)
  }

  texts(name: string): string[] {
    return this.#items(name).map((value, at) => {
      if (typeof value === 'string') return value
      throw unexpected(`${this.#place}.${name}[${at}]`, 'a text')
    })
  }

  list<T>(name: string, read: (item: JsonFields) => T): T[] {
    return this.#items(name).map((value, at) => read(new JsonFields(value, this.#itemPlace(name, at))))
  }

  /** A list whose items may be null, which is undefined here. */
  sparseList<T>(name: string, read: (item: JsonFields) => T): (T | undefined)[] {
    return this.#items(name).map((value, at) =>
      value === null ? undefined : read(new JsonFields(value, this.#itemPlace(name, at))),
    )
  }

  /** `read` where there is such a field that is not null, else undefined. */
  optional<T>(name: string, read: (fields: this, name: string) => T): T | undefined {
    const value = this.#fields[name]
    return value === undefined || value === null ? undefined : read(this, name)
  }

  #items(name: string): readonly unknown[] {
    return this.#read(name, 'a list', (value) => (Array.isArray(value) ? value : undefined))
  }

  #read<T>(name: string, wanted: string, narrow: (value: unknown) => T | undefined): T {
    const value = narrow(this.#fields[name])
    if (value === undefined) throw unexpected(`${this.#place}.${name}`, wanted)
    return value
  }

  #itemPlace(name: string, at: number): string {
    return `${this.#place}.${name}[${at}]`
  }
}

function asNumber(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined
}

function unexpected(place: string, wanted: string): ServingError {
  return invalidState(`${place} is not ${wanted}: this is no answer of a Headrace server of this version`)
}
