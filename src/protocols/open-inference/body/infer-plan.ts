import { isRecord } from '../../../core/record.ts'
import type { NumberScanner } from '../../json-numbers/number-scanner.ts'
import type { ScannedBody } from '../../json-numbers/skeleton.ts'
import type { GivenRequest, GivenTensor } from '../given-request.ts'
import { RequestReader } from './request-reader.ts'
import { ScannedTensor } from './scanned-tensor.ts'
import { withNumbers } from './with-numbers.ts'

/** What is left of a request where its inputs are taken out. */
type RestOfRequest = Omit<GivenRequest, 'inputs'>

/**
 * How the bodies of one skeleton are read: inputs whose elements stand in the JSON, all of them numbers. It answers undefined for
 * whatever it is not sure of, errors included: `RequestReader` then decides. Where it answers, it answers as that would.
 */
export class InferPlan {
  readonly #inputs: readonly ScannedTensor[]
  /** As it stands in the skeleton. */
  readonly #rest: unknown
  /** The same read, where no number is in it. */
  readonly #fixed: RestOfRequest | undefined

  private constructor(inputs: readonly ScannedTensor[], rest: unknown) {
    this.#inputs = inputs
    this.#rest = rest
    this.#fixed = holdsNumbers(rest) ? undefined : restOf(rest)
  }

  /** @throws ServingError BAD_REQUEST */
  static compile(body: unknown): InferPlan | undefined {
    if (!isRecord(body)) return undefined
    const { inputs: given, ...rest } = body
    if (!Array.isArray(given) || given.length === 0 || given.length > MOST_INPUTS) return undefined
    if (depthOf(rest) > MOST_DEPTH) return undefined
    const inputs = given.flatMap((input) => ScannedTensor.compile(input) ?? [])
    return inputs.length < given.length ? undefined : new InferPlan(inputs, rest)
  }

  /** @throws ServingError BAD_REQUEST; DigitsLost */
  read({ lists, id: taken }: ScannedBody, scanner: NumberScanner): GivenRequest | undefined {
    const inputs: GivenTensor[] = []
    for (const input of this.#inputs) {
      const tensor = input.read(lists, scanner)
      if (tensor === undefined) return undefined
      inputs.push(tensor)
    }
    const { id, parameters, outputs, binaryOutputs } =
      this.#fixed ?? restOf(withNumbers(this.#rest, lists, scanner))
    return { id: taken ?? id, parameters, inputs, outputs, binaryOutputs }
  }
}

/** Those with more are read by the general path. */
const MOST_INPUTS = 1_000
/** Of what is no input. Nobody needs more, and what is read here by recursion must have an end. */
const MOST_DEPTH = 16

function restOf(rest: unknown): RestOfRequest {
  const value = { ...(rest as Readonly<Record<string, unknown>>), inputs: [] }
  return new RequestReader({ value, isExact: false }, undefined).read()
}

/** Counted to one more than the most. */
function depthOf(value: unknown, most = MOST_DEPTH + 1): number {
  if (typeof value !== 'object' || value === null || most === 0) return 0
  let deepest = 0
  for (const member of Object.values(value)) deepest = Math.max(deepest, depthOf(member, most - 1))
  return deepest + 1
}

function holdsNumbers(value: unknown): boolean {
  if (typeof value === 'number') return true
  return typeof value === 'object' && value !== null && Object.values(value).some(holdsNumbers)
}
