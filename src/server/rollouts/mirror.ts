import type { InferenceRequest } from '../../core/inference.ts'
import type { TensorMap } from '../../core/tensor.ts'
import { agrees, compareOutputs } from '../../rollout/comparison/compare-outputs.ts'
import type { ComparedOutputs } from '../../rollout/comparison/compared-outputs.ts'
import { differenceExample } from '../../rollout/comparison/difference-example.ts'
import { differenceSize } from '../../rollout/comparison/difference-size.ts'
import { LargestDifferences } from '../../rollout/comparison/largest-differences.ts'
import type { OutputDifference } from '../../rollout/rollout-messages.ts'
import type { ServedModel } from '../../runtime/served-model.ts'
import type { InferencePlane } from '../server-options.ts'
import { refitted } from './fitted-inputs.ts'
import type { Assignment, LiveRollout } from './live-rollout.ts'
import type { RolledRequest } from './rolled-request.ts'
import type { RequestSource, SideResult } from './side-run.ts'
import { SideRuns } from './side-runs.ts'

/** A copy is worth nothing to anyone who waits, so it may take longer than an answer. */
const DEADLINE_MS = 10_000
const MOST_LAG_MS = 20
/** Of all outputs of an answer. They are compared in the thread that serves, which more would hold for longer than some milliseconds. */
const MOST_ELEMENTS = 128 * 1024

export interface MirrorInit {
  readonly rollout: LiveRollout
  readonly dataPlane: InferencePlane
  tell(comparison: ComparedOutputs): void
}

type Comparison = Omit<ComparedOutputs, 'model' | 'step' | 'key'>

const DROPPED_COPY: Comparison = { outcome: 'dropped' }
const TOO_LARGE_COPY: Comparison = { outcome: 'too-large' }

/** An answered request on its way to a model that it is compared with. */
interface Copy {
  readonly request: RolledRequest
  /** Served name of the one that is not the control. */
  readonly compared: string
  /** The one that has not answered yet. */
  readonly model: ServedModel
  readonly source: RequestSource
}

interface AnsweredCopy extends Copy {
  readonly answered: TensorMap
}

/** What two models made of the same request. */
interface Pair {
  readonly inputs: TensorMap
  readonly control: TensorMap
  readonly other: TensorMap
}

/**
 * Asks shadows what the control has answered, and the control what a variant has answered where disagreement is guarded. For a
 * part of the requests, chosen by a hash of their ids, once they are answered.
 */
export class Mirror {
  readonly #init: MirrorInit
  readonly #runs: SideRuns
  /** By the name of the model that is compared with the control; since the rollout thread has told of its state. */
  readonly #largest = new Map<string, LargestDifferences>()
  #assignment: Assignment | undefined

  constructor(init: MirrorInit) {
    this.#init = init
    const { maxConcurrent } = init.rollout.plan.mirror
    const limits = { most: maxConcurrent, deadlineMs: DEADLINE_MS, mostLagMs: MOST_LAG_MS }
    const isBusy = (): boolean => init.rollout.holdsThread
    this.#runs = new SideRuns({ dataPlane: init.dataPlane, isBusy, ...limits })
  }

  /** Of a request that was answered 200. @param id of the request. */
  answered(request: RolledRequest, id: string): void {
    const { rollout } = this.#init
    const { plan } = rollout
    if (request.isForced || rollout.assignment?.phase !== 'running') return
    const isControl = request.variant === 0
    if (isControl ? plan.shadows.length === 0 : plan.guards.disagreement === undefined) return
    if (!isSampled(id, plan.mirror.sample)) return
    if (isControl) for (const shadow of plan.shadows) this.#ask(request, shadow, rollout.shadow(shadow))
    else this.#ask(request, plan.variants[request.variant]?.name ?? '', rollout.variant(0))
  }

  /** @param compared the one that is not the control; @param model the one that has not answered yet. */
  #ask(request: RolledRequest, compared: string, model: ServedModel | undefined): void {
    const { outputs, source } = request
    if (model === undefined || source === undefined) this.#tell(request, compared, DROPPED_COPY)
    else if (outputs !== undefined) this.#offer({ request, compared, model, source, answered: outputs })
    else this.#askAgain({ request, compared, model, source })
  }

  #offer({ request, compared, model, source, answered }: AnsweredCopy): void {
    if (elementsOf(answered) > MOST_ELEMENTS) {
      this.#tell(request, compared, TOO_LARGE_COPY)
      return
    }
    this.#runs.offer({
      ...{ model, source },
      ended: (result) => this.#tell(request, compared, this.#compared(request, compared, answered, result)),
    })
  }

  /** A body that was scored whole has left no outputs here: the model that answered is asked for them. */
  #askAgain(copy: Copy): void {
    const { request, compared, source } = copy
    const { model } = request
    const ended = (result: SideResult): void => {
      if (result.kind !== 'answered') this.#tell(request, compared, notAsked(result))
      else this.#offer({ ...copy, source: asRead(result.request, model, source), answered: result.outputs })
    }
    this.#runs.offer({ model, source, ended })
  }

  #tell({ step, key }: RolledRequest, compared: string, comparison: Comparison): void {
    this.#init.tell({ model: compared, step, key, ...comparison })
  }

  #compared(request: RolledRequest, compared: string, outputs: TensorMap, result: SideResult): Comparison {
    if (result.kind === 'dropped' || result.kind === 'too-large') return notAsked(result)
    const { milliseconds } = result
    const isControl = request.variant === 0
    // Where it is the control that fails on what a variant has answered, nothing is known of the variant.
    if (result.kind === 'failed') return isControl ? { outcome: 'fails', milliseconds } : DROPPED_COPY
    const found = restricted(result.outputs, request.request?.outputs)
    const [control, other] = isControl ? [outputs, found] : [found, outputs]
    const differences = compareOutputs(control, other, this.#init.rollout.plan.mirror)
    const example = this.#example(compared, { inputs: result.request.inputs, control, other }, differences)
    return {
      outcome: agrees(differences) ? 'agrees' : 'differs',
      ...{ milliseconds, outputs: differences },
      ...(example === undefined ? {} : { example }),
    }
  }

  #example(compared: string, pair: Pair, differences: readonly OutputDifference[]): string | undefined {
    const { keepsInputs } = this.#init.rollout.plan.mirror
    return this.#largestOf(compared).offer(differenceSize(differences), () =>
      differenceExample({ ...pair, differences, keepsInputs }),
    )
  }

  /** Of the rollout that has just begun again, or whose thread has, nobody else has any. */
  #largestOf(compared: string): LargestDifferences {
    const { assignment, plan } = this.#init.rollout
    if (assignment !== this.#assignment) this.#largest.clear()
    this.#assignment = assignment
    let largest = this.#largest.get(compared)
    if (largest === undefined) {
      largest = new LargestDifferences(plan.mirror.keptExamples)
      this.#largest.set(compared, largest)
    }
    return largest
  }
}

/** Of a copy that has no second answer. */
function notAsked({ kind }: SideResult): Comparison {
  return kind === 'too-large' ? TOO_LARGE_COPY : DROPPED_COPY
}

/** What was read for one model, and is read again only for those with other tensors. */
function asRead(request: InferenceRequest, model: ServedModel, source: RequestSource): RequestSource {
  const { bytes } = source
  return { bytes, requestFor: (other) => refitted(request, model, other) ?? source.requestFor(other) }
}

function elementsOf(outputs: TensorMap): number {
  let elements = 0
  for (const { data } of outputs.values()) elements += data.length
  return elements
}

/** Other outputs than those that the client wanted have nothing to be compared with. */
export function restricted(outputs: TensorMap, wanted: readonly string[] | undefined): TensorMap {
  if (wanted === undefined) return outputs
  return new Map([...outputs].filter(([name]) => wanted.includes(name)))
}

/** FNV-1a with the last steps of MurmurHash3, so that ids that are counted up are spread evenly. */
export function isSampled(id: string, sample: number): boolean {
  if (sample >= 1) return true
  let hash = 0x811c9dc5
  for (let at = 0; at < id.length; at += 1) hash = Math.imul(hash ^ id.charCodeAt(at), 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32 < sample
}
