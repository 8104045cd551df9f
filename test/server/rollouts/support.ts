import { COMPARED, type ComparedOutcome } from '../../../src/rollout/comparison/compared-outputs.ts'
import type { RolloutChannel } from '../../../src/rollout/rollout-channel.ts'
import {
  type ComparedCopies,
  type MemberMessage,
  OBSERVED,
  type ObservedRequest,
  type RolloutModel,
  type ThreadMessage,
} from '../../../src/rollout/rollout-messages.ts'
import type { RolloutPlan } from '../../../src/rollout/rollout-plan.ts'
import type { RolloutState } from '../../../src/rollout/rollout-state.ts'
import { firstSplit } from '../../../src/rollout/split/split.ts'
import type { ServedModel } from '../../../src/runtime/served-model.ts'
import type { ServerOptions } from '../../../src/server/server-options.ts'
import { GUARDS, rolloutPlan as plainPlan } from '../../rollout/engine/rollout-plans.ts'
import { FakeModels, fakeModel } from '../support/fake-model.ts'

export const OUTCOME_KEY = new TextEncoder().encode('a key of thirty-two octets or so')

/** One copy, with the outputs of all that came with it. */
export interface HeardCopy extends Pick<ComparedCopies, 'model' | 'outputs'> {
  readonly step: number
  readonly key: number
  readonly outcome: ComparedOutcome | undefined
  readonly milliseconds: number
  readonly example: string | undefined
}

function copiesOf({ model, copies, outputs, examples }: ComparedCopies): HeardCopy[] {
  return copies.map(([step, key, outcome, milliseconds], at) => ({
    ...{ model, outputs, step, key, outcome: COMPARED[outcome], milliseconds },
    example: examples[at]?.example,
  }))
}

/** The far end of a channel: hears what a member says, and says what it is told to. */
export class HeardChannel implements RolloutChannel {
  onMessage: (message: ThreadMessage) => void = () => {}
  readonly messages: MemberMessage[] = []
  readonly #waiting = new Set<() => void>()

  send(message: MemberMessage): void {
    // As it would cross threads.
    this.messages.push(structuredClone(message))
    for (const look of this.#waiting) look()
  }

  /** All requests that were told of. */
  get observed(): readonly ObservedRequest[] {
    return this.messages.flatMap((message) => (message.kind === 'observed' ? message.requests : []))
  }

  /** All copies that were told of. */
  get compared(): readonly HeardCopy[] {
    return this.messages.flatMap((message) =>
      message.kind === 'compared' ? message.comparisons.flatMap(copiesOf) : [],
    )
  }

  /** @param models by which the rollout began: those of the member unless given. */
  tell(rollout: string, state: RolloutState, models?: readonly RolloutModel[]): void {
    const own = this.messages.flatMap((message) => (message.kind === 'join' ? message.models : []))
    this.onMessage({ kind: 'state', rollout, state, models: models ?? own })
  }

  /** Waits until something is so. */
  async until(isSo: () => boolean): Promise<void> {
    while (!isSo()) {
      await new Promise<void>((resolve) => {
        const look = (): void => {
          this.#waiting.delete(look)
          resolve()
        }
        this.#waiting.add(look)
      })
    }
  }
}

/** The first comparison that was not dropped, as a busy machine lets happen: requests are sent until there is one. */
export async function comparison(channel: HeardChannel, send: () => Promise<unknown>): Promise<HeardCopy> {
  for (;;) {
    const before = channel.compared.length
    await send()
    await channel.until(() => channel.compared.length > before)
    const made = channel.compared.find(({ outcome }) => outcome !== 'dropped')
    if (made !== undefined) return made
  }
}

/** What was observed of one request, without its time. */
export function seen([variant, step, , , flags]: ObservedRequest): string {
  const names = Object.entries(OBSERVED).flatMap(([name, flag]) => (flags & flag ? [name] : []))
  return [`${variant} in step ${step}`, ...names].join(', ')
}

/** `iris`: a keeps 90 % of the keys, b has 10 %. */
export function rolloutPlan(overrides: Partial<RolloutPlan> = {}): RolloutPlan {
  return plainPlan(undefined, {
    guards: { ...GUARDS, slow: { floor: 0.02, ratio: 3 } },
    mirror: {
      sample: 1,
      maxConcurrent: 16,
      relativeTolerance: 1e-6,
      absoluteTolerance: 1e-6,
      keptExamples: 3,
      keepsInputs: false,
    },
    ...overrides,
  })
}

/** All keys are the one variant's. */
export function allTo(variant: number, overrides: Partial<RolloutPlan> = {}): RolloutPlan {
  const variants = ['a', 'b'].map((name, index) => ({ name, permille: index === variant ? 1000 : 0 }))
  return rolloutPlan({ variants, ...overrides })
}

export function rolloutState(overrides: Partial<RolloutState> = {}): RolloutState {
  return {
    id: '0123456789abcdef',
    epoch: 1,
    writer: 'test',
    at: 0,
    startedAt: 0,
    variants: ['a', 'b'],
    phase: 'running',
    step: 1,
    canaryStep: undefined,
    split: firstSplit([500, 500]),
    cause: '',
    runId: undefined,
    ...overrides,
  }
}

/** A server's options with a rollout over models that add up rows; `a` in version 3 is the control, `b` in version 4 the other. */
export function rolloutOptions(
  plan: RolloutPlan = rolloutPlan(),
  models: readonly ServedModel[] = [
    fakeModel({ name: 'a', version: '3' }),
    fakeModel({ name: 'b', version: '4' }),
  ],
): { readonly channel: HeardChannel; readonly options: Partial<ServerOptions> } {
  const channel = new HeardChannel()
  const rollouts = { plans: [plan], channel, outcomeKey: OUTCOME_KEY }
  return { channel, options: { models: new FakeModels(...models), rollouts } }
}
