import { messageOf, ServingError } from '../../../core/errors.ts'
import type { TensorMap } from '../../../core/tensor.ts'
import { EngineBroken } from '../engines/backend.ts'
import { compareOutputs } from '../trial/compare-outputs.ts'
import {
  FURTHER_SPREADS,
  firstSizes,
  GENTLE_ROWS,
  otherSizes,
  PLAIN,
  SHARES,
  type Sizes,
  severalRows,
} from '../trial/proof-cases.ts'
import {
  describeSpread,
  type InputCase,
  type ProvableInput,
  type Spread,
  seededInputs,
  seededShapes,
} from '../trial/seeded-inputs.ts'
import { nudge } from './nudge.ts'
import { OutputEvidence } from './output-evidence.ts'
import type { ProofResult, ProofSides, ProofSubject } from './proof.ts'
import { areRowsIndependent } from './rows-independent.ts'
import { isUnstable } from './unstable-output.ts'

/** Cases beyond those that must be, while runs are this quick altogether. */
const CHEAP_MS = 120
/** No more cases are tried for an output that stays the same, once this has passed. */
const LONGEST_MS = 20_000

/**
 * Runs seeded inputs through TF.js and through what a model was compiled to, and compares the outputs: at several
 * scales, with one row and with several, with two sizes of each free dimension.
 * @throws what the reference throws that is no refusal of inputs
 */
export async function prove(sides: ProofSides, subject: ProofSubject): Promise<ProofResult> {
  return new Prover(sides, subject).run()
}

class Prover {
  readonly #sides: ProofSides
  readonly #subject: ProofSubject
  readonly #inputs: readonly ProvableInput[]
  readonly #evidence: ReadonlyMap<string, OutputEvidence>
  readonly #startedAt = performance.now()
  #cases = 0
  #seed = 0
  #largestDifference = 0
  /** The first difference that was found. */
  #problem: string | undefined
  /** The last thing that TF.js said of inputs that it does not take. */
  #refusal = ''
  #refusesRows = false
  /** The last run gave an output without elements: the sizes may be too small for the model. */
  #gaveNothing = false
  /** What the last case that was left out would have had too much of. */
  #excess: string | undefined

  constructor(sides: ProofSides, subject: ProofSubject) {
    this.#sides = sides
    this.#subject = subject
    this.#inputs = subject.inputs
    this.#evidence = new Map(sides.reference.outputs.map(({ name }) => [name, new OutputEvidence()]))
  }

  async run(): Promise<ProofResult> {
    const inputs = this.#inputs
    const sizes = await this.#runFirstTaken([PLAIN], firstSizes(inputs))
    if (sizes === undefined) {
      return { equal: false, differs: false, reason: this.#untried(), isTooLarge: this.#isTooLarge() }
    }
    const rowsIndependent = await this.#runSeveralRows(sizes)
    await this.#runFirstTaken([SHARES], otherSizes(inputs))
    for (const spread of FURTHER_SPREADS) {
      if (!this.#goesOn()) break
      await this.#run({ spreads: [spread], sizes })
    }
    const problem = this.#problem ?? this.#weakness()
    if (problem !== undefined) {
      const differs = this.#problem !== undefined
      return { equal: false, differs, reason: problem, isTooLarge: !differs && this.#isTooLarge() }
    }
    const { cases, largestDifference } = { cases: this.#cases, largestDifference: this.#largestDifference }
    return { equal: true, proof: { cases, largestDifference, rowsIndependent } }
  }

  /** @returns whether rows are answered as if each were alone */
  async #runSeveralRows(sizes: Sizes): Promise<boolean> {
    const wanted = severalRows(this.#inputs, performance.now() - this.#startedAt)
    const spreads = [wanted, wanted.slice(0, 2)].find((some) => this.#isBearable({ spreads: some, sizes }))
    if (spreads === undefined) return false
    const wasTaken = await this.#run({ spreads, sizes })
    if (wasTaken && this.#leastRows() < spreads.length) {
      await this.#run({ spreads: GENTLE_ROWS.slice(0, spreads.length), sizes })
    }
    if (!wasTaken || spreads.length === 1) return wasTaken
    if (this.#problem !== undefined) return false
    return await areRowsIndependent(this.#sides.candidate, this.#inputs, sizes)
  }

  /** Why there is no case that TF.js has taken. */
  #untried(): string {
    return this.#excess === undefined
      ? `all inputs that were tried are refused: ${this.#refusal}`
      : `it is too large to be compared with TF.js: ${this.#excess}`
  }

  #isTooLarge(): boolean {
    return this.#excess !== undefined && this.#leastRows() < this.#neededRows()
  }

  #isBearable(parts: Omit<InputCase, 'seed'>): boolean {
    const excess = this.#subject.excess(seededShapes(this.#inputs, parts))
    this.#excess = excess ?? this.#excess
    return excess === undefined
  }

  #leastRows(): number {
    return Math.min(...[...this.#evidence.values()].map(({ mostRows }) => mostRows))
  }

  #goesOn(): boolean {
    if (this.#problem !== undefined) return false
    return performance.now() - this.#startedAt < (this.#weakness() === undefined ? CHEAP_MS : LONGEST_MS)
  }

  /** @returns the first sizes that TF.js takes and gives something for, else the first that it takes at all */
  async #runFirstTaken(
    spreads: readonly Spread[],
    alternatives: readonly Sizes[],
  ): Promise<Sizes | undefined> {
    let taken: Sizes | undefined
    for (const sizes of alternatives) {
      if (!this.#isBearable({ spreads, sizes })) continue
      if (alternatives.length > 1 && !(await this.#fits({ spreads, sizes }))) continue
      if (!(await this.#run({ spreads, sizes }))) continue
      taken ??= sizes
      if (!this.#gaveNothing) return sizes
    }
    return taken
  }

  /** Whether onnxruntime gives something for such sizes: of sizes that are too small TF.js may break. */
  async #fits(parts: Omit<InputCase, 'seed'>): Promise<boolean> {
    const inputs = seededInputs(this.#inputs, { ...parts, seed: 1 })
    try {
      const outputs = await this.#sides.candidate.predict(inputs)
      return [...outputs.values()].every(({ data }) => data.length > 0)
    } catch (error) {
      this.#refusal = reasonOf(error)
      return false
    }
  }

  /** Runs the case in both and compares, unless a difference is known already. @returns whether TF.js took the inputs */
  async #run(parts: Omit<InputCase, 'seed'>): Promise<boolean> {
    if (this.#problem !== undefined) return true
    this.#seed += 1
    const inputCase = { ...parts, seed: this.#seed }
    const inputs = seededInputs(this.#inputs, inputCase)
    const expected = await this.#ask(inputs)
    if (expected === undefined) {
      await this.#requireRefusal(inputCase, inputs)
      return false
    }
    try {
      const actual = await this.#sides.candidate.predict(inputs)
      await this.#judge({ inputCase, inputs, expected, actual })
    } catch (error) {
      if (!(error instanceof ServingError)) throw error
      this.#problem = `onnxruntime fails where TF.js answers: ${reasonOf(error)}`
    }
    return true
  }

  /** What TF.js gives; undefined where it does not take the inputs. */
  async #ask(inputs: TensorMap): Promise<TensorMap | undefined> {
    try {
      return await this.#sides.reference.predict(inputs)
    } catch (error) {
      if (!(error instanceof ServingError) || error.code !== 'BAD_REQUEST') throw error
      if (error.cause instanceof EngineBroken) throw error.cause
      this.#refusal = reasonOf(error)
      return undefined
    }
  }

  /** A model that takes one row only has to go on doing so: several would be put together for it. */
  async #requireRefusal({ spreads }: InputCase, inputs: TensorMap): Promise<void> {
    if (spreads.length === 1) return
    this.#refusesRows = true
    const answered = await this.#sides.candidate.predict(inputs).then(
      () => true,
      () => false,
    )
    if (answered) this.#problem = `TF.js refuses ${spreads.length} rows at once: ${this.#refusal}`
  }

  async #judge(run: ComparedRun): Promise<void> {
    this.#cases += 1
    this.#gaveNothing = [...run.expected.values()].some(({ data }) => data.length === 0)
    const rows = run.inputCase.spreads.length
    /** TF.js's own answer to inputs that are moved by a rounding, once it is asked for. */
    let moved: TensorMap | undefined
    for (const [name, output] of run.expected) {
      const given = run.actual.get(name)
      if (given === undefined) this.#problem ??= `it has no output '${name}'`
      if (given === undefined) continue
      const compared = compareOutputs(output, given, rows, this.#evidence.get(name)?.usual)
      if (compared.equal) {
        this.#largestDifference = Math.max(this.#largestDifference, compared.difference)
        this.#evidence.get(name)?.add(output, rows, compared)
        continue
      }
      moved ??= await this.#ask(nudge(run.inputs))
      if (isUnstable(output, moved?.get(name), { rows, compared })) continue
      const place = describeCase(run.inputCase, compared.row)
      this.#problem ??= `its output '${name}' differs from TF.js's ${compared.how} (${place})`
    }
  }

  #neededRows(): number {
    return this.#refusesRows || severalRows(this.#inputs, 0).length === 1 ? 1 : 2
  }

  /** Which output was not shown to be equal: of floats each has to vary, where there are any; of others one is enough. */
  #weakness(): string | undefined {
    for (const [name, { mostRows }] of this.#evidence) {
      if (mostRows < this.#neededRows()) {
        if (this.#isTooLarge()) return this.#untried()
        return `TF.js's own output '${name}' depends on the last digits of its inputs, which proves nothing`
      }
    }
    const variable = [...this.#evidence].filter(([name]) => !this.#subject.constantOutputs.has(name))
    const floats = variable.filter(([, { isFloat }]) => isFloat)
    const weak =
      floats.length > 0
        ? floats.find(([, evidence]) => !evidence.isInformative)
        : variable.every(([, evidence]) => !evidence.isInformative) && variable[0]
    if (!weak) return undefined
    return `its output '${weak[0]}' is the same for all inputs that were tried, which proves nothing`
  }
}

interface ComparedRun {
  readonly inputCase: InputCase
  readonly inputs: TensorMap
  readonly expected: TensorMap
  readonly actual: TensorMap
}

/** `row 2 of 3, scale 30`, or `3 rows` where it is not one of them. */
function describeCase({ spreads, sizes }: InputCase, row: number | undefined): string {
  const open = sizes.length === 0 ? '' : `, sizes ${sizes.join(' and ')}`
  if (row === undefined && spreads.length > 1) return `${spreads.length} rows${open}`
  const spread = describeSpread(spreads[row ?? 0]!)
  return spreads.length === 1
    ? `one row, ${spread}${open}`
    : `row ${row! + 1} of ${spreads.length}, ${spread}${open}`
}

/** What a refusal says in its own words, without MLflow's around it. */
function reasonOf(error: unknown): string {
  const reason = error instanceof ServingError ? error.details['reason'] : undefined
  return typeof reason === 'string' ? reason : messageOf(error)
}
