import type { ComparedOutcome } from '../comparison/compared-outputs.ts'
import { LargestDifferences } from '../comparison/largest-differences.ts'
import { SummedDifferences } from '../comparison/summed-differences.ts'
import type { KeptExample, SummedDifference } from '../rollout-messages.ts'
import type { ShadowView } from '../rollout-view.ts'
import { LatencyHistogram } from './latency/latency-histogram.ts'

/** Names of outputs come from models, which have few; more are left out. */
const MOST_OUTPUTS = 200

type OutputView = ShadowView['outputs'][number]

/** What is known of the answers of one shadow, which nobody but the comparison saw. */
export class ShadowFigures {
  readonly #name: string
  readonly #latency = new LatencyHistogram()
  readonly #examples: LargestDifferences
  readonly #outputs = new SummedDifferences(MOST_OUTPUTS)
  #compared = 0
  #differing = 0
  #failed = 0
  #dropped = 0
  #tooLarge = 0

  constructor(name: string, keptExamples: number) {
    this.#name = name
    this.#examples = new LargestDifferences(keptExamples)
  }

  /** @param milliseconds to its answer, where it was asked. */
  add(outcome: ComparedOutcome, milliseconds: number): void {
    if (outcome === 'dropped') this.#dropped += 1
    else if (outcome === 'too-large') this.#tooLarge += 1
    else this.#asked(outcome, milliseconds)
  }

  #asked(outcome: 'agrees' | 'differs' | 'fails', milliseconds: number): void {
    this.#latency.add(milliseconds)
    if (outcome === 'fails') this.#failed += 1
    else this.#compared += 1
    if (outcome === 'differs') this.#differing += 1
  }

  addOutput(difference: SummedDifference): void {
    this.#outputs.add(difference)
  }

  addExample({ size, example }: KeptExample): void {
    this.#examples.offer(size, () => example)
  }

  view(): ShadowView {
    return {
      name: this.#name,
      compared: this.#compared,
      differing: this.#differing,
      failed: this.#failed,
      dropped: this.#dropped,
      tooLarge: this.#tooLarge,
      latencyMs: this.#latency.summary(),
      outputs: this.#outputs.list().map(viewOf),
      examples: this.#examples.examples,
    }
  }
}

function viewOf({ output, excess, different, elements, labels }: SummedDifference): OutputView {
  return {
    ...{ output, largestExcess: excess, differentElements: different, elements },
    ...{ differentLabels: labels?.different, labelRows: labels?.rows },
  }
}
