import { differenceSize } from '../comparison/difference-size.ts'
import { LargestDifferences } from '../comparison/largest-differences.ts'
import type { ComparedOutputs, OutputDifference } from '../rollout-messages.ts'
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
  readonly #outputs = new Map<string, OutputView>()
  #compared = 0
  #differing = 0
  #failed = 0
  #dropped = 0

  constructor(name: string, keptExamples: number) {
    this.#name = name
    this.#examples = new LargestDifferences(keptExamples)
  }

  add({ outcome, milliseconds, outputs = [], example }: ComparedOutputs): void {
    if (outcome === 'dropped') {
      this.#dropped += 1
      return
    }
    if (milliseconds !== undefined) this.#latency.add(milliseconds)
    if (outcome === 'fails') this.#failed += 1
    else this.#compared += 1
    if (outcome === 'differs') this.#differing += 1
    for (const output of outputs) this.#addOutput(output)
    if (example !== undefined) this.#examples.offer(differenceSize(outputs), () => example)
  }

  view(): ShadowView {
    return {
      name: this.#name,
      compared: this.#compared,
      differing: this.#differing,
      failed: this.#failed,
      dropped: this.#dropped,
      latencyMs: this.#latency.summary(),
      outputs: [...this.#outputs.values()],
      examples: this.#examples.examples,
    }
  }

  #addOutput(difference: OutputDifference): void {
    const known = this.#outputs.get(difference.output)
    if (known === undefined && this.#outputs.size >= MOST_OUTPUTS) return
    this.#outputs.set(difference.output, {
      output: difference.output,
      largestExcess: largest(known?.largestExcess, difference.excess),
      differentElements: (known?.differentElements ?? 0) + difference.different,
      elements: (known?.elements ?? 0) + difference.elements,
      differentLabels: sum(known?.differentLabels, difference.labels?.different),
      labelRows: sum(known?.labelRows, difference.labels?.rows),
    })
  }
}

function largest(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? (a ?? b) : Math.max(a, b)
}

function sum(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? (a ?? b) : a + b
}
