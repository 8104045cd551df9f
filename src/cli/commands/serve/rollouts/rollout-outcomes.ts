import { messageOf } from '../../../../core/errors.ts'
import type { AppendResult, OutcomeLog } from '../../../../outcomes/outcome-log.ts'
import type { OutcomeRecord } from '../../../../outcomes/outcome-record.ts'
import { durationText } from '../../../../rollout/engine/view/words.ts'
import type { OutcomeFacts } from '../../../../rollout/outcome-ids.ts'
import { ROLLOUT_LIMITS } from '../../../../rollout/rollout-limits.ts'
import type { GivenOutcome, OutcomeResult } from '../../../../rollout/rollout-messages.ts'
import type { RolloutPlan } from '../../../../rollout/rollout-plan.ts'
import type { KeeperParts } from './keeper-parts.ts'

type OpenLog = Pick<OutcomeLog, 'append' | 'close'>

export interface RolloutOutcomesInit {
  readonly plan: RolloutPlan
  readonly rolloutId: string
  readonly parts: Pick<KeeperParts, 'ids' | 'now' | 'log' | 'openOutcomes'>
  /** Told of each outcome once, whichever process of this folder has taken it, and whenever. */
  readonly onOutcome: (facts: OutcomeFacts, value: number) => void
}

/** Takes the outcomes of one rollout: checks them, keeps them, and tells of each when it is durable. */
export class RolloutOutcomes {
  readonly #init: RolloutOutcomesInit
  #log: Promise<OpenLog> | undefined

  constructor(init: RolloutOutcomesInit) {
    this.#init = init
  }

  /** Tells of those that are kept already. Where they cannot be had just now, the next outcome tries again. */
  async open(): Promise<void> {
    try {
      await this.#openLog()
    } catch (error) {
      const { parts, plan } = this.#init
      parts.log.warn(`The outcomes of the rollout ${plan.name} cannot be kept: ${messageOf(error)}`)
    }
  }

  /**
   * Returns when all that is accepted is durable.
   * @throws ServingError TEMPORARILY_UNAVAILABLE, RESOURCE_EXHAUSTED where it cannot be made so: none is acknowledged
   */
  async take(outcomes: readonly GivenOutcome[]): Promise<readonly OutcomeResult[]> {
    const judged = outcomes.map((outcome) => this.#judge(outcome))
    const records = judged.filter((judgement) => typeof judgement !== 'string')
    const log = await this.#openLog()
    const results = (await log.append(records)).values()
    return judged.map((judgement) => {
      if (typeof judgement === 'string') return { result: 'refused', why: judgement }
      return this.#told(results.next().value ?? 'late')
    })
  }

  async close(): Promise<void> {
    await (await this.#log?.catch(() => undefined))?.close()
  }

  #told(result: AppendResult): OutcomeResult {
    return result === 'late' ? { result: 'refused', why: this.#tooLate() } : { result }
  }

  /** The record to keep, or why there is none. */
  #judge({ outcomeId, value }: GivenOutcome): OutcomeRecord | string {
    const { plan, rolloutId, parts } = this.#init
    const facts = parts.ids.read(outcomeId)
    if (facts === undefined) return 'The outcome id is damaged, or was issued under another key'
    if (facts.rolloutId !== rolloutId) {
      return `The outcome id is of another rollout, or of other versions than those that ${plan.name} compares now`
    }
    if (facts.variant >= plan.variants.length) return 'The outcome id is of a variant that is not there'
    if (plan.outcome.kind === 'binary' && value !== 0 && value !== 1) {
      return `The value is ${value}: outcomes of ${plan.name} are 0 or 1`
    }
    if (Math.abs(value) > ROLLOUT_LIMITS.outcome) {
      return `The value is ${value}: outcomes are from -${ROLLOUT_LIMITS.outcome} to ${ROLLOUT_LIMITS.outcome}`
    }
    return { outcomeId, facts, value, receivedAt: parts.now() }
  }

  #tooLate(): string {
    const window = durationText(this.#init.plan.outcome.windowSeconds * 1000)
    return `The outcome id is older than the ${window} in which outcomes are counted`
  }

  #openLog(): Promise<OpenLog> {
    this.#log ??= this.#begin().catch((error: unknown) => {
      this.#log = undefined
      throw error
    })
    return this.#log
  }

  #begin(): Promise<OpenLog> {
    const { plan, rolloutId, parts, onOutcome } = this.#init
    return parts.openOutcomes(plan, rolloutId, {
      windowMs: plan.outcome.windowSeconds * 1000,
      onRecords: (records) => {
        for (const { facts, value } of records) if (facts.rolloutId === rolloutId) onOutcome(facts, value)
      },
    })
  }
}
