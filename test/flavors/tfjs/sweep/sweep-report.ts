import type { Verdict } from './judge.ts'

/** A model that is silently wrong, or fails where TF.js answers. */
export interface SweepFailure {
  readonly seed: number
  /** The operator or layer that the model was made for. */
  readonly made: string
  readonly how: string
  /** The smallest recipe that was found to fail, as JSON. */
  readonly recipe: string
}

export interface SweepReport {
  readonly models: number
  readonly agreements: number
  /** Models that TF.js itself does not run. */
  readonly unrunnable: number
  /** Models in which TF.js's cpu and wasm backends differ, and ONNX is with wasm. */
  readonly disputed: readonly string[]
  /** How TF.js's wasm backend differs in models that agree with its cpu backend, with their operators or layers. */
  readonly wasmDiffers: readonly string[]
  /** Models that are not compiled, by operator and reason. */
  readonly refusals: ReadonlyMap<string, number>
  /** Agreeing models that use the operator or layer. */
  readonly agreeing: ReadonlyMap<string, number>
  readonly failures: readonly SweepFailure[]
}

/** Counts what came of the models of a sweep. */
export class SweepTally {
  readonly #verdicts = { agrees: 0, refused: 0, unrunnable: 0, disputed: 0, failed: 0 }
  readonly #disputed: string[] = []
  readonly #wasmDiffers: string[] = []
  readonly #refusals = new Map<string, number>()
  readonly #agreeing = new Map<string, number>()
  readonly #failures: SweepFailure[] = []

  /** @param uses what the model is made of. */
  count(verdict: Verdict, uses: ReadonlySet<string>): void {
    this.#verdicts[verdict.kind] += 1
    if (verdict.kind === 'agrees') for (const name of uses) raise(this.#agreeing, name)
    if (verdict.kind === 'agrees' && verdict.wasmDiffers !== undefined) {
      this.#wasmDiffers.push(`${[...uses].join(' ')}: ${verdict.wasmDiffers}`)
    }
    if (verdict.kind === 'disputed') this.#disputed.push(`${[...uses].join(' ')}: ${verdict.how}`)
    if (verdict.kind === 'refused') raise(this.#refusals, `${operatorOf(verdict.place)}: ${verdict.reason}`)
  }

  fail(failure: SweepFailure): void {
    this.#failures.push(failure)
  }

  report(): SweepReport {
    const { agrees, refused, unrunnable, disputed, failed } = this.#verdicts
    return {
      models: agrees + refused + unrunnable + disputed + failed,
      agreements: agrees,
      unrunnable,
      disputed: this.#disputed,
      wasmDiffers: this.#wasmDiffers,
      refusals: byCount(this.#refusals),
      agreeing: byCount(this.#agreeing),
      failures: this.#failures,
    }
  }
}

/** `Conv2D` of `layer 'conv' (Conv2D)`. */
function operatorOf(place: string): string {
  return /\((\w+)\)$/.exec(place)?.[1] ?? place
}

function raise(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1)
}

function byCount(counts: ReadonlyMap<string, number>): ReadonlyMap<string, number> {
  return new Map([...counts].sort(([, a], [, b]) => b - a))
}
