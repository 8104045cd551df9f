import { internalError, messageOf, notFound, serializeError, unavailable } from '../../../../core/errors.ts'
import type {
  MemberMessage,
  RolloutAnswer,
  RolloutModel,
  RolloutQuestion,
  ThreadMessage,
} from '../../../../rollout/rollout-messages.ts'
import type { RolloutPlan } from '../../../../rollout/rollout-plan.ts'
import type { RolloutState } from '../../../../rollout/rollout-state.ts'
import { FoundState } from './found-state.ts'
import type { KeeperParts } from './keeper-parts.ts'
import { RolloutKeeper } from './rollout-keeper.ts'

const TICK_MS = 1000

const LOOKS: ReadonlySet<RolloutQuestion['ask']> = new Set(['list', 'show', 'report'])

export interface RolloutDeskInit {
  readonly plans: readonly RolloutPlan[]
  /** That the members know already, by the name of the rollout. */
  readonly known: ReadonlyMap<string, RolloutState>
  readonly parts: KeeperParts
  /** To one member. */
  readonly reply: (line: number, message: ThreadMessage) => void
}

/** Where all that members say comes in: all rollouts of a server, from the first member on that knows their models. */
export class RolloutDesk {
  readonly #init: RolloutDeskInit
  readonly #found: ReadonlyMap<string, Promise<FoundState>>
  readonly #keepers = new Map<string, RolloutKeeper>()
  readonly #opened = Promise.withResolvers<void>()
  readonly #timer: NodeJS.Timeout
  #hasBegun = false

  constructor(init: RolloutDeskInit) {
    this.#init = init
    this.#found = new Map(init.plans.map((plan) => [plan.name, FoundState.find(plan, init.parts)]))
    // What went wrong is told when the rollout is opened.
    for (const finding of this.#found.values()) finding.catch(() => {})
    this.#timer = setInterval(() => this.#tick(), TICK_MS)
  }

  take(line: number, message: MemberMessage): void {
    switch (message.kind) {
      case 'join':
        this.#join(line, message.models)
        break
      case 'question':
        void this.#answer(line, message.id, message.question)
        break
      default:
        // What was answered before the rollouts were open was answered by the split of the plan, and is not counted.
        this.#keepers.get(message.rollout)?.observe(message)
    }
  }

  /** Sees that all is kept. */
  async end(): Promise<void> {
    clearInterval(this.#timer)
    if (!this.#hasBegun) return this.#closeFound()
    await this.#opened.promise
    await Promise.all([...this.#keepers.values()].map((keeper) => keeper.end()))
  }

  async #closeFound(): Promise<void> {
    const found = await Promise.allSettled(this.#found.values())
    await Promise.all(found.map((each) => each.status === 'fulfilled' && each.value.shared.close()))
  }

  #join(line: number, models: readonly RolloutModel[]): void {
    if (!this.#hasBegun && this.#areAllKnown(models)) {
      this.#hasBegun = true
      void this.#begin(models)
    }
    // Whoever comes while they are being opened is told with all others.
    for (const keeper of this.#keepers.values()) this.#init.reply(line, keeper.message)
  }

  #areAllKnown(models: readonly RolloutModel[]): boolean {
    const names = new Set(models.map(({ name }) => name))
    return this.#init.plans.every(({ variants, shadows }) =>
      [...variants.map(({ name }) => name), ...shadows].every((name) => names.has(name)),
    )
  }

  async #begin(models: readonly RolloutModel[]): Promise<void> {
    await Promise.all(this.#init.plans.map((plan) => this.#open(plan, models)))
    this.#opened.resolve()
  }

  /** One that cannot be kept leaves the others as they are: its requests go by the plan. */
  async #open(plan: RolloutPlan, models: readonly RolloutModel[]): Promise<void> {
    const { known, parts } = this.#init
    const names = new Set([...plan.variants.map(({ name }) => name), ...plan.shadows])
    const own = models.filter(({ name }) => names.has(name))
    try {
      const found = await this.#found.get(plan.name)
      if (found === undefined) throw internalError('This is a bug: nobody has looked for its state.')
      const keeper = RolloutKeeper.begin({ plan, models: own, found, known: known.get(plan.name), parts })
      this.#keepers.set(plan.name, keeper)
      await keeper.openOutcomes()
    } catch (error) {
      parts.log.error(
        { err: error, rollout: plan.name },
        `The rollout ${plan.name} is not kept: ${messageOf(error)}`,
      )
    }
  }

  async #answer(line: number, id: number, question: RolloutQuestion): Promise<void> {
    const { reply } = this.#init
    try {
      if (!this.#hasBegun) throw unavailable('The rollouts of this server are not loaded yet')
      if (!this.#isToBeObeyed(question)) await this.#opened.promise
      reply(line, { kind: 'answer', id, answer: await this.#answered(question) })
    } catch (error) {
      reply(line, { kind: 'failure', id, error: serializeError(error) })
    }
  }

  /** Whoever only looks waits for the outcomes that were kept to be read; an operator does not. */
  #isToBeObeyed(question: RolloutQuestion): boolean {
    return !LOOKS.has(question.ask) && 'rollout' in question && this.#keepers.has(question.rollout)
  }

  async #answered(question: RolloutQuestion): Promise<RolloutAnswer> {
    if (question.ask !== 'list') return this.#keeperOf(question.rollout).answer(question)
    const keepers = this.#init.plans.flatMap(({ name }) => this.#keepers.get(name) ?? [])
    return { answer: 'list', views: keepers.map((keeper) => keeper.view()) }
  }

  #keeperOf(rollout: string): RolloutKeeper {
    const keeper = this.#keepers.get(rollout)
    if (keeper !== undefined) return keeper
    const names = this.#init.plans.map(({ name }) => name)
    if (names.includes(rollout))
      throw internalError(`The rollout '${rollout}' could not be opened: see the log`)
    throw notFound(`There is no rollout '${rollout}' here; there is ${names.join(', ')}.`)
  }

  #tick(): void {
    for (const keeper of this.#keepers.values()) keeper.tick()
  }
}
