import { badRequest, notFound, permissionDenied, unavailable } from '../../core/errors.ts'
import { AskingChannel } from '../../rollout/asking-channel.ts'
import { OutcomeIds } from '../../rollout/outcome-ids.ts'
import type { RolloutAnswer, RolloutModel, RolloutQuestion } from '../../rollout/rollout-messages.ts'
import type { RolloutPlan } from '../../rollout/rollout-plan.ts'
import type { ServedModel } from '../../runtime/served-model.ts'
import type { ModelControl } from '../model-control.ts'
import { isProxied } from '../proxy-headers.ts'
import type { RequestHead } from '../request-head.ts'
import type { InferencePlane, ServedModels } from '../server-options.ts'
import { LiveRollout } from './live-rollout.ts'
import { ModelsWithRollouts } from './models-with-rollouts.ts'
import { Observations } from './observations.ts'
import { RolledRequest } from './rolled-request.ts'
import { RolloutControl } from './rollout-control.ts'
import type { RolloutOptions } from './rollout-options.ts'
import { RolloutWatch } from './rollout-watch.ts'
import { headerKey } from './sticky-key.ts'

/** Names a variant, where the rollout lets requests choose. */
const FORCING_HEADER = 'x-headrace-variant'

/** How often the member looks whether all of its models are loaded. */
const JOIN_EVERY_MS = 20

export interface RolloutMemberInit extends RolloutOptions {
  readonly models: ServedModels
  readonly dataPlane: InferencePlane
  /** The server is on its way out: what fails from now on is nobody's fault. */
  isDraining(): boolean
}

/** A request that may go through a rollout, of whichever transport. */
export interface RollableRequest {
  readonly id: string
  readonly request: Pick<RequestHead, 'headers'>
  rolled: RolledRequest | undefined
}

/** The rollouts of a server as one of its listeners or processes has them: it chooses the variants, and tells what they do. */
export class RolloutMember {
  /** What is served, rollouts among it. */
  readonly models: ServedModels
  readonly watches: readonly RolloutWatch[]
  readonly #channel: AskingChannel
  readonly #served: ServedModels
  readonly #observations: Observations
  readonly #byName: ReadonlyMap<string, RolloutWatch>
  readonly #byControl: ReadonlyMap<string, RolloutWatch>
  #joining: NodeJS.Timeout | undefined

  constructor({ plans, channel, outcomeKey, ...init }: RolloutMemberInit) {
    this.#channel = new AskingChannel(channel)
    this.#served = init.models
    this.#observations = new Observations((message) => this.#channel.send(message))
    const shared = { observations: this.#observations, outcomeIds: new OutcomeIds(outcomeKey), ...init }
    this.watches = plans.map(
      (plan) => new RolloutWatch({ ...shared, rollout: new LiveRollout(plan, init.models) }),
    )
    this.#byName = new Map(this.watches.map((watch) => [watch.rollout.plan.name, watch]))
    this.#byControl = new Map(
      this.watches.map((watch) => [watch.rollout.plan.variants[0]?.name ?? '', watch]),
    )
    this.models = new ModelsWithRollouts(init.models, this.#byName, this.#byControl)
    this.#channel.onMessage = (message) => {
      if (message.kind !== 'state') return
      this.#byName.get(message.rollout)?.rollout.adopt(message.state, message.models)
    }
    if (!this.#join()) this.#joining = setInterval(() => this.#joinOnce(), JOIN_EVERY_MS).unref()
  }

  /** Keeps models that a rollout needs from being exchanged or taken out. */
  guarded(control: ModelControl): ModelControl {
    return new RolloutControl(
      control,
      this.watches.map(({ rollout }) => rollout),
    )
  }

  /**
   * The model that a request is read for where its name is that of a rollout; undefined where it is not. Without a name the
   * default model is meant, and with it the rollout whose control it is. A version means the variant that has it, whoever asks,
   * and is no part of the rollout.
   * @throws ServingError BAD_REQUEST, PERMISSION_DENIED, RESOURCE_DOES_NOT_EXIST, TEMPORARILY_UNAVAILABLE
   */
  find(asking: RollableRequest, name: string | undefined, version?: string): ServedModel | undefined {
    const watch = name === undefined ? this.#ofDefault() : this.#byName.get(name)
    if (watch === undefined) return undefined
    const { rollout } = watch
    if (version !== undefined) return withVersion(rollout, version)
    const rolled = new RolledRequest({ rollout, control: rollout.control(), observer: watch })
    asking.rolled = rolled
    chooseByHead(rolled, asking)
    return rolled.model
  }

  /**
   * Asks the rollout thread. A rollout begins anew with the models that it began with.
   * @throws ServingError what that throws, RESOURCE_CONFLICT where they are not there
   */
  async ask(question: RolloutQuestion): Promise<RolloutAnswer> {
    if (question.ask === 'restart') this.#byName.get(question.rollout)?.rollout.expectComplete()
    return this.#channel.ask(question)
  }

  /** Tells what it has seen, and goes. */
  close(): void {
    clearInterval(this.#joining)
    this.#observations.flush()
  }

  #ofDefault(): RolloutWatch | undefined {
    const model = this.#served.default()
    return model && this.#byControl.get(model.name)
  }

  #joinOnce(): void {
    if (this.#join()) clearInterval(this.#joining)
  }

  /** Once all models are loaded that take part: by their versions the rollouts begin. @returns false before. */
  #join(): boolean {
    const models = new Map<string, RolloutModel>()
    for (const { rollout } of this.watches) {
      const own = rollout.begin()
      if (own === undefined) return false
      for (const model of own) models.set(model.name, model)
    }
    this.#channel.send({ kind: 'join', models: [...models.values()] })
    return true
  }
}

function withVersion(rollout: LiveRollout, version: string): ServedModel {
  const model = rollout.withVersion(version)
  if (model !== undefined) return model
  // Says first that it is being loaded.
  rollout.control()
  const { name } = rollout.plan
  throw notFound(`The rollout '${name}' has no variant of version '${version}'.`, {
    versions: rollout.versions(),
  })
}

/** By a header or the request's id, unless a column is the key, which nobody has read yet. */
function chooseByHead(rolled: RolledRequest, { id, request }: RollableRequest): void {
  const { plan } = rolled.rollout
  const forced = request.headers[FORCING_HEADER]
  if (forced !== undefined) {
    expectForcible(plan, request.headers)
    force(rolled, String(forced))
    return
  }
  const key = headerKey(request.headers, plan.stickyKey.header)
  if (key !== undefined) rolled.choose(key)
  else if (rolled.rollout.keyPlace(rolled.model) === undefined) {
    rolled.isById = true
    rolled.choose(id)
  }
}

/** @throws ServingError PERMISSION_DENIED */
function expectForcible({ name, canForce }: RolloutPlan, headers: RequestHead['headers']): void {
  if (canForce === false) {
    throw permissionDenied(
      `The rollout '${name}' chooses by the sticky key alone: X-Headrace-Variant is not taken.`,
    )
  }
  if (canForce === 'local' && isProxied((header) => headers[header]?.toString())) {
    throw permissionDenied(
      `The rollout '${name}' takes X-Headrace-Variant of this machine's own programs alone, and a proxy has passed this request ` +
        'on (--rollout-force on, or force of the models file, for all).',
    )
  }
}

function force(rolled: RolledRequest, name: string): void {
  const { plan } = rolled.rollout
  const index = plan.variants.findIndex((variant) => variant.name === name)
  if (index < 0) {
    const variants = plan.variants.map((variant) => variant.name)
    throw badRequest(`The rollout '${plan.name}' has no variant '${name.slice(0, 100)}'.`, { variants })
  }
  const model = rolled.rollout.variant(index)
  if (model === undefined) throw unavailable(`The variant '${name}' is not loaded.`)
  rolled.force(index, model)
}
