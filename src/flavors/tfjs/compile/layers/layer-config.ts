import { invalidModel } from '../../../../core/errors.ts'

/** A layer as a topology has it: `{ class_name, config }`. */
export interface LayerObject {
  readonly className: string
  readonly config: LayerConfig
}

/** The configuration of a layer, whose entries are narrowed where they are read. Its keys are TF.js's: `useBias`. */
export class LayerConfig {
  /** `layer 'conv1' (Conv2D)`. */
  readonly place: string
  readonly #entries: Readonly<Record<string, unknown>>

  constructor(place: string, entries: Readonly<Record<string, unknown>>) {
    this.place = place
    this.#entries = entries
  }

  /** null is what is absent, as in most of TF.js. */
  has(key: string): boolean {
    return (this.#entries[key] ?? undefined) !== undefined
  }

  /** As it is, unchecked. */
  raw(key: string): unknown {
    return this.#entries[key]
  }

  flag(key: string, absent: boolean): boolean {
    const value = this.#entries[key] ?? absent
    if (typeof value !== 'boolean') throw this.wrong(key, 'true or false')
    return value
  }

  text(key: string, absent?: string): string {
    const value = this.#entries[key] ?? absent
    if (typeof value !== 'string') throw this.wrong(key, 'a text')
    return value
  }

  /** One of several texts. */
  choice<Choice extends string>(key: string, choices: readonly Choice[], absent: Choice): Choice {
    const value = this.text(key, absent)
    const chosen = choices.find((choice) => choice === value)
    if (chosen === undefined) throw this.wrong(key, `one of ${choices.join(', ')}`)
    return chosen
  }

  number(key: string, absent?: number): number {
    const value = this.#entries[key] ?? absent
    if (typeof value !== 'number') throw this.wrong(key, 'a number')
    return value
  }

  integer(key: string, absent?: number): number {
    const value = this.number(key, absent)
    if (!Number.isInteger(value)) throw this.wrong(key, 'an integer')
    return value
  }

  /** An integer of at least 1. */
  count(key: string, absent?: number): number {
    const value = this.integer(key, absent)
    if (value < 1) throw this.wrong(key, 'at least 1')
    return value
  }

  /** A list of integers; an integer alone is a list of one. */
  integers(key: string, absent?: number): readonly number[] {
    const value = this.#entries[key] ?? absent
    const list: readonly unknown[] = Array.isArray(value) ? value : [value]
    if (!list.every((item) => Number.isInteger(item))) throw this.wrong(key, 'integers')
    return list as readonly number[]
  }

  /** A list of as many counts; one alone stands for all of them. */
  counts(key: string, length: number, absent?: readonly number[]): readonly number[] {
    if (absent !== undefined && !this.has(key)) return absent
    const list = this.integers(key)
    const counts = Array.isArray(this.#entries[key]) ? list : new Array<number>(length).fill(list[0]!)
    if (counts.length !== length || counts.some((count) => count < 1))
      throw this.wrong(key, `${length} integers of at least 1`)
    return counts
  }

  /** The layer that an entry holds, as wrappers hold theirs. @param owner named in errors. */
  layer(key: string): LayerObject {
    return layerObject(this.#entries[key], `${this.place}, its ${pythonic(key)},`)
  }

  wrong(key: string, expected: string): Error {
    const found = JSON.stringify(this.#entries[key]) ?? 'nothing'
    return invalidModel(`${this.place}: ${pythonic(key)} has to be ${expected}, it is ${found}.`)
  }
}

/** @param owner what the object is called where it is none. */
export function layerObject(value: unknown, owner: string): LayerObject {
  const { className, config, name } = record(value, owner)
  if (typeof className !== 'string') throw invalidModel(`${owner} has no class_name.`)
  const entries = Array.isArray(config) ? { layers: config } : record(config, `The config of ${owner}`)
  const own = typeof name === 'string' ? name : entries['name']
  const place = typeof own === 'string' ? `layer '${own}' (${className})` : `a layer (${className})`
  return { className, config: new LayerConfig(place, { ...entries, name: own }) }
}

export function record(value: unknown, owner: string): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw invalidModel(`${owner} is not an object.`)
  return value as Readonly<Record<string, unknown>>
}

export function list(value: unknown, owner: string): readonly unknown[] {
  if (!Array.isArray(value)) throw invalidModel(`${owner} is not a list.`)
  return value
}

/** A key as users know it, `use_bias`. */
export function pythonic(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}
