import { messageOf } from '../../../../core/errors.ts'
import { RolloutEngine } from '../../../../rollout/engine/rollout-engine.ts'
import type {
  MemberMessage,
  RolloutAnswer,
  RolloutModel,
  RolloutQuestion,
  ThreadMessage,
} from '../../../../rollout/rollout-messages.ts'
import type { RolloutPlan } from '../../../../rollout/rollout-plan.ts'
import type { RolloutState } from '../../../../rollout/rollout-state.ts'
import { holds } from '../../../../rollout/rollout-state-text.ts'
import type { RolloutView } from '../../../../rollout/rollout-view.ts'
import type { FoundState } from './found-state.ts'
import type { KeeperParts, RolloutRecord, SharedState } from './keeper-parts.ts'
import { RolloutOutcomes } from './rollout-outcomes.ts'
import {
  changeSentence,
  levelOf,
  otherPlanSentence,
  rolloutFields,
  sameModelSentence,
  startSentence,
} from './rollout-sentence.ts'

type Observation = Extract<MemberMessage, { readonly kind: 'observed' | 'compared' }>
type Asked = Exclude<RolloutQuestion, { readonly ask: 'list' }>
type Command = Exclude<Asked, { readonly ask: 'show' | 'report' | 'outcomes' }>

interface KeeperInit {
  readonly plan: RolloutPlan
  readonly models: readonly RolloutModel[]
  readonly found: FoundState
  /** That the members know, of a thread that has crashed. */
  readonly known: RolloutState | undefined
  readonly parts: KeeperParts
}

/** An operator waits for the registry this long. */
const MOST_SHARING_MS = 2000

/** As often is an operator's change made on top of another's. */
const MOST_ROUNDS = 5

/** One rollout of this server: what its engine decides, told to the members first and to other replicas then. */
export class RolloutKeeper {
  readonly #plan: RolloutPlan
  readonly #models: readonly RolloutModel[]
  readonly #parts: KeeperParts
  readonly #engine: RolloutEngine
  readonly #shared: SharedState
  readonly #outcomes: RolloutOutcomes
  readonly #opened: Promise<RolloutRecord | undefined>
  #record: RolloutRecord | undefined
  /** Those that were kept are counted. */
  #hasOutcomes = false
  /** Of the last change: whether another replica's holds instead. */
  #sharing: Promise<boolean> = Promise.resolve(false)
  #told: RolloutState | undefined

  /** Goes on with what other replicas, or this one before its last end, have come to. Its outcomes are yet to be opened. */
  static begin(init: KeeperInit): RolloutKeeper {
    const { plan, found, known, parts } = init
    const before = later(found.state, known)
    const keeper = new RolloutKeeper(init, before)
    found.follow((state) => keeper.#adopt(state))
    const { state } = keeper.#engine
    if (!isSame(state, found.state)) keeper.#sharing = keeper.#share(state)
    keeper.#tell()
    parts.say(levelOf(state), rolloutFields(plan, state), startSentence(plan, state, before))
    for (const doubt of [sameModelSentence(plan, init.models), otherPlanSentence(plan, state)]) {
      if (doubt !== undefined) parts.say('warn', rolloutFields(plan, state), doubt)
    }
    return keeper
  }

  private constructor({ plan, models, found, parts }: KeeperInit, state: RolloutState | undefined) {
    this.#plan = plan
    this.#models = models
    this.#parts = parts
    this.#shared = found.shared
    this.#engine = new RolloutEngine({
      ...{ plan, models, state, writer: parts.writer, now: parts.now },
      onState: (changed) => this.#changed(changed),
    })
    const rolloutId = this.#engine.state.id
    this.#outcomes = new RolloutOutcomes({
      ...{ plan, rolloutId, parts },
      onOutcome: (facts, value) => this.#engine.outcome(facts, value),
    })
    this.#opened = this.#openRecord(state?.id === rolloutId ? undefined : state?.runId)
  }

  get message(): ThreadMessage {
    const { state } = this.#engine
    return { kind: 'state', rollout: this.#plan.name, state, models: this.#models }
  }

  /** Counts the outcomes that are kept: many take their time, in which all else goes on. Never rejects. */
  async openOutcomes(): Promise<void> {
    await this.#outcomes.open()
    this.#hasOutcomes = true
  }

  observe(message: Observation): void {
    if (message.kind === 'observed') this.#engine.observe(message.requests)
    else this.#engine.compare(message.comparisons)
  }

  /** @throws ServingError */
  async answer(question: Asked): Promise<RolloutAnswer> {
    if (question.ask === 'outcomes') {
      return { answer: 'outcomes', results: await this.#outcomes.take(question.outcomes) }
    }
    if (question.ask === 'report') {
      const { reportPage } = await import('../../../../rollout/report/report-page.ts')
      return { answer: 'report', page: reportPage(this.#engine.view()) }
    }
    if (question.ask !== 'show') await this.#obey(question)
    return { answer: 'show', view: this.#engine.view() }
  }

  view(): RolloutView {
    return this.#engine.view()
  }

  tick(): void {
    this.#engine.tick()
    if (this.#hasOutcomes) this.#record?.note(this.#engine.view())
  }

  /** Sees that all is kept. */
  async end(): Promise<void> {
    const record = await this.#opened
    record?.note(this.#engine.view())
    await Promise.all([this.#outcomes.close(), record?.close()])
    await this.#shared.close()
  }

  /** Once more where another replica had changed the rollout before, and its change holds: the operator's is made on top of it. */
  async #obey(command: Command): Promise<void> {
    for (let round = 0; round < MOST_ROUNDS; round++) {
      this.#direct(command)
      if (!(await this.#isOvertakenSoon())) return
    }
  }

  #direct(question: Command): void {
    switch (question.ask) {
      case 'set':
        this.#engine.set(question.permille)
        break
      case 'promote':
        this.#engine.promote(question.variant)
        break
      case 'abort':
        this.#engine.abort(question.cause)
        break
      case 'restart':
        this.#engine.restart()
        break
    }
  }

  /** Without it the rollout goes on all the same. @param takenFrom run of the rollout that had the name */
  async #openRecord(takenFrom: string | undefined): Promise<RolloutRecord | undefined> {
    const plan = this.#plan
    try {
      this.#record = await this.#parts.openRecord({
        ...{ plan, models: this.#models, rolloutId: this.#engine.state.id, takenFrom },
        onRun: (runId) => this.#engine.noteRun(runId),
      })
    } catch (error) {
      this.#parts.log.warn(`The history of the rollout ${plan.name} is not recorded: ${messageOf(error)}`)
    }
    return this.#record
  }

  #adopt(state: RolloutState): void {
    const before = this.#engine.state
    this.#engine.adopt(state)
    this.#tell()
    if (this.#engine.state === state) this.#say(before, state)
  }

  /** Members first: a variant that is to get no more requests gets none from then on. */
  #changed(state: RolloutState): void {
    const before = this.#told ?? state
    this.#tell()
    this.#sharing = this.#share(state)
    this.#say(before, state)
  }

  /** That there is a run of it now is told by whoever has made it. */
  #say({ phase, step }: RolloutState, state: RolloutState): void {
    if (phase === state.phase && step === state.step) return
    const by = state.writer === this.#parts.writer ? undefined : state.writer
    this.#parts.say(levelOf(state), rolloutFields(this.#plan, state), changeSentence(this.#plan, state, by))
  }

  /** Whoever is told of a change may rely on it, unless the registry is away. */
  async #isOvertakenSoon(): Promise<boolean> {
    const late = Promise.withResolvers<boolean>()
    const timer = setTimeout(() => late.resolve(false), MOST_SHARING_MS)
    const isOvertaken = await Promise.race([this.#sharing, late.promise])
    clearTimeout(timer)
    return isOvertaken
  }

  async #share(state: RolloutState): Promise<boolean> {
    const held = await this.#shared.write(state)
    this.#adopt(held)
    return held.id === state.id && held.writer !== state.writer
  }

  /** Where something has changed. */
  #tell(): void {
    const { state } = this.#engine
    if (this.#told === state) return
    this.#told = state
    this.#parts.tell(this.message)
  }
}

function later(read: RolloutState | undefined, known: RolloutState | undefined): RolloutState | undefined {
  return read === undefined || known === undefined ? (read ?? known) : holds(read, known)
}

function isSame(a: RolloutState, b: RolloutState | undefined): boolean {
  return a.id === b?.id && a.epoch === b.epoch && a.writer === b.writer
}
