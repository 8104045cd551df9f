import type { ComparedCopies, ComparedCopy, KeptExample } from '../rollout-messages.ts'
import { COMPARED, type ComparedOutputs } from './compared-outputs.ts'
import { differenceSize } from './difference-size.ts'
import { SummedDifferences } from './summed-differences.ts'

interface Gathered {
  readonly copies: ComparedCopy[]
  readonly outputs: SummedDifferences
  readonly examples: KeptExample[]
}

/** Comparisons on their way to whoever counts them: numbers for each, since there are many, and all else of all together. */
export class GatheredComparisons {
  readonly #byModel = new Map<string, Gathered>()

  add({ model, step, key, outcome, milliseconds = 0, outputs = [], example }: ComparedOutputs): void {
    let gathered = this.#byModel.get(model)
    if (gathered === undefined) {
      gathered = nothing()
      this.#byModel.set(model, gathered)
    }
    gathered.copies.push([step, key, COMPARED.indexOf(outcome), milliseconds])
    for (const output of outputs) gathered.outputs.add(output)
    if (example !== undefined) gathered.examples.push({ size: differenceSize(outputs), example })
  }

  /** What has come since this was called before, of each model of which anything has. */
  take(): ComparedCopies[] {
    const taken: ComparedCopies[] = []
    for (const [model, { copies, outputs, examples }] of this.#byModel) {
      if (copies.length === 0) continue
      this.#byModel.set(model, nothing())
      taken.push({ model, copies, examples, outputs: outputs.list() })
    }
    return taken
  }
}

function nothing(): Gathered {
  return { copies: [], outputs: new SummedDifferences(Number.POSITIVE_INFINITY), examples: [] }
}
