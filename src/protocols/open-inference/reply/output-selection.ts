import { badRequest, internalError } from '../../../core/errors.ts'
import type { OutputMetadata } from '../../../core/predictor.ts'
import type { TensorMap } from '../../../core/tensor.ts'
import type { WantedOutput } from '../given-request.ts'
import type { InferForm, NamedOutput } from '../open-inference-codec.ts'
import { quoted, quotedNames } from '../quoted.ts'
import { classify } from './classify.ts'

export interface OutputSelectionInit {
  /** Of the model, for errors. */
  readonly name: string
  readonly outputs: readonly OutputMetadata[]
  readonly batchable: boolean
}

/** Which outputs of a model a request wants, and in which form. */
export class OutputSelection {
  readonly #name: string
  readonly #outputs: ReadonlyMap<string, OutputMetadata>
  readonly #batchable: boolean

  constructor({ name, outputs, batchable }: OutputSelectionInit) {
    this.#name = name
    this.#outputs = new Map(outputs.map((output) => [output.name, output]))
    this.#batchable = batchable
  }

  /** The names of what is wanted; undefined for all. @throws ServingError BAD_REQUEST */
  check(wanted: readonly WantedOutput[]): readonly string[] | undefined {
    if (wanted.length === 0) return undefined
    const names = new Set<string>()
    for (const { name, classes } of wanted) {
      const output = this.#outputs.get(name)
      if (output === undefined) throw this.#unknown(name)
      if (names.has(name)) throw badRequest(`Output ${quoted(name)} is wanted twice.`)
      if (classes > 0 && output.datatype === 'BYTES') {
        throw badRequest(`Output ${quoted(name)} is text, of which there is no classification.`)
      }
      names.add(name)
    }
    return [...names]
  }

  /** The outputs of a reply, in its order. */
  select(tensors: TensorMap, { outputs, binaryOutputs }: InferForm): readonly NamedOutput[] {
    if (outputs.length > 0) return outputs.map((wanted) => this.#named(tensors, wanted))
    return Array.from(this.#outputs.keys(), (name) =>
      this.#named(tensors, { name, binary: binaryOutputs, classes: 0 }),
    )
  }

  #named(tensors: TensorMap, { name, binary, classes }: WantedOutput): NamedOutput {
    const tensor = tensors.get(name)
    const output = this.#outputs.get(name)
    if (tensor === undefined || output === undefined) {
      throw internalError(`This is a bug: the model gave no output ${quoted(name)}.`)
    }
    if (classes === 0) return { name, tensor, binary }
    return { name, tensor: classify(tensor, output, { classes, batchable: this.#batchable }), binary }
  }

  #unknown(name: string): Error {
    return badRequest(
      `Model ${quoted(this.#name)} has no output ${quoted(name)}; its outputs are ${quotedNames([...this.#outputs.keys()])}.`,
    )
  }
}
