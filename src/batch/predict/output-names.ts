import type { OutputMetadata } from '../../core/predictor.ts'
import type { TensorMap } from '../../core/tensor.ts'

/** The names of outputs beside the columns of an input: one that the input has too becomes `name.predicted`. */
export class OutputNames {
  readonly outputs: readonly OutputMetadata[]
  readonly #names: ReadonlyMap<string, string>

  /** @param taken names of the input's columns; none where they are not written. */
  constructor(outputs: readonly OutputMetadata[], taken: readonly string[]) {
    this.#names = new Map(outputs.map(({ name }) => [name, freeName(name, taken)]))
    this.outputs = outputs.map((output) => ({ ...output, name: this.#nameOf(output.name) }))
  }

  /** The same tensors by these names. */
  rename(tensors: TensorMap): TensorMap {
    return new Map(Array.from(tensors, ([name, tensor]) => [this.#nameOf(name), tensor]))
  }

  #nameOf(name: string): string {
    return this.#names.get(name) ?? name
  }
}

/** An output of several values makes columns `name.0`, `name.1`, which must be free too. */
function freeName(name: string, taken: readonly string[]): string {
  const isTaken = taken.some((other) => other === name || other.startsWith(`${name}.`))
  return isTaken ? freeName(`${name}.predicted`, taken) : name
}
