import type { Backend } from './backend.ts'
import type { Tensorflow } from './tensorflow.ts'
import type { Turns } from './turns.ts'

/** What a backend adds to `SwitchedBackend`. */
export interface BackendDescription {
  readonly name: Backend['name']
  readonly registeredName: string
  readonly growing: boolean
  readonly copiesData: boolean
  /** Around each piece of work; it runs as it is unless set. */
  readonly guard?: <T>(work: () => T | Promise<T>) => Promise<T>
}

/** A backend that shares its TF.js with others: whoever has the turn is the one that TF.js computes with. */
export class SwitchedBackend implements Backend {
  readonly name: Backend['name']
  readonly tf: Tensorflow
  readonly registeredName: string
  readonly growing: boolean
  readonly copiesData: boolean
  readonly #turns: Turns
  readonly #guard: <T>(work: () => T | Promise<T>) => Promise<T>

  constructor(tf: Tensorflow, turns: Turns, description: BackendDescription) {
    this.tf = tf
    this.#turns = turns
    this.name = description.name
    this.registeredName = description.registeredName
    this.growing = description.growing
    this.copiesData = description.copiesData
    this.#guard = description.guard ?? (async (work) => work())
  }

  exclusively<T>(work: () => T | Promise<T>): Promise<T> {
    return this.#turns.take(async () => {
      if (this.tf.getBackend() !== this.registeredName) await this.tf.setBackend(this.registeredName)
      return this.#guard(work)
    })
  }
}
