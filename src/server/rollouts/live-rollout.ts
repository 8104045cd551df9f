import { conflict, notFound, unavailable } from '../../core/errors.ts'
import { plannedPermille } from '../../rollout/engine/planned-split.ts'
import { rolloutId } from '../../rollout/rollout-id.ts'
import type { RolloutModel } from '../../rollout/rollout-messages.ts'
import type { RolloutPlan } from '../../rollout/rollout-plan.ts'
import type { RolloutPhase, RolloutState, SplitRange } from '../../rollout/rollout-state.ts'
import { SLOTS, variantOfSlot } from '../../rollout/split/assignment.ts'
import { firstSplit } from '../../rollout/split/split.ts'
import type { ServedModel } from '../../runtime/served-model.ts'
import type { ServedModels } from '../server-options.ts'
import { type ColumnPlace, columnPlace } from './sticky-key.ts'
import { VariantModel } from './variant-model.ts'

/** By what the keys are given to variants just now. */
export interface Assignment {
  /** `RolloutState.id`, the seed. */
  readonly id: string
  readonly step: number
  readonly phase: RolloutPhase
  readonly epoch: number
  /** Index of the variant of each slot. */
  readonly variants: Uint8Array
  /** Of the slots, how many each variant has: its share in tenths of a percent. */
  readonly permille: readonly number[]
}

/** One rollout as a member of the server has it: its variants' models, and who gets which key. */
export class LiveRollout {
  readonly plan: RolloutPlan
  readonly #models: ServedModels
  readonly #views = new WeakMap<ServedModel, VariantModel>()
  readonly #places = new WeakMap<ServedModel, { readonly place: ColumnPlace | undefined }>()
  #assignment: Assignment | undefined
  /** With which it has begun, by their served names. */
  #begun: ReadonlyMap<string, RolloutModel> | undefined

  constructor(plan: RolloutPlan, models: ServedModels) {
    this.plan = plan
    this.#models = models
  }

  /**
   * Who gets which key; undefined while neither the state has come nor all variants are loaded, by whose versions it begins.
   */
  get assignment(): Assignment | undefined {
    this.#assignment ??= this.#first()
    return this.#assignment
  }

  /**
   * Follows the rollout thread, from the next request on. A state of other variants is none of this rollout.
   * @param models by which the rollout began, whatever this member has loaded by now.
   */
  adopt(state: RolloutState, models: readonly RolloutModel[]): void {
    const places = state.variants.map((name) => this.plan.variants.findIndex((each) => each.name === name))
    if (places.includes(-1)) return
    this.#begun = byName(models)
    const split = state.split.map(({ end, variant }) => ({ end, variant: places[variant] ?? 0 }))
    const { id, step, phase, epoch } = state
    this.#assignment = { id, step, phase, epoch, ...this.#table(split) }
  }

  /**
   * The models that take part, by which it begins unless it has; undefined while one of them is not loaded. What is loaded under
   * their names later is the same or none of this rollout.
   */
  begin(): readonly RolloutModel[] | undefined {
    const models: RolloutModel[] = []
    for (const name of [...this.plan.variants.map((variant) => variant.name), ...this.plan.shadows]) {
      const model = this.#models.get(name)
      if (model === undefined) return undefined
      models.push({ name, uri: model.source.canonicalUri, version: model.version })
    }
    this.#begun ??= byName(models)
    return models
  }

  /** Once it is over its models may be taken out. @throws ServingError RESOURCE_CONFLICT where it could not begin again as it began. */
  expectComplete(): void {
    for (const { name, version } of this.#begun?.values() ?? []) {
      if (this.#own(name) !== undefined) continue
      const now = this.#models.get(name)
      const what = now === undefined ? 'is not loaded' : `is served in version ${now.version}`
      throw conflict(
        `The rollout '${this.plan.name}' compares version ${version} of '${name}', which ${what} now: load that version, or ` +
          'start the server again.',
        { rollout: this.plan.name, model: name },
      )
    }
  }

  /** The model of a variant, under the name of the rollout; undefined while it is not loaded. */
  variant(index: number): VariantModel | undefined {
    const model = this.#own(this.plan.variants[index]?.name ?? '')
    return model && this.#named(model)
  }

  /** @throws ServingError TEMPORARILY_UNAVAILABLE, RESOURCE_DOES_NOT_EXIST */
  control(): VariantModel {
    const control = this.variant(0)
    if (control !== undefined) return control
    if (!this.#models.ready()) throw unavailable('The models are still being loaded.')
    const { name, variants } = this.plan
    throw notFound(`The rollout '${name}' is not answered: its control '${variants[0]?.name}' is not loaded.`)
  }

  /** What describes the rollout: its control, or the variant that has taken all keys from it for good. */
  described(): VariantModel | undefined {
    const assignment = this.#assignment
    const winner = assignment?.phase === 'promoted' ? assignment.permille.indexOf(SLOTS) : 0
    return this.variant(Math.max(winner, 0)) ?? this.variant(0)
  }

  /** Versions of its variants that are loaded, of which the first describes it. */
  versions(): readonly string[] {
    const described = this.described()
    const models = [described, ...this.plan.variants.map((_, index) => this.variant(index))]
    return [...new Set(models.flatMap((model) => model?.version ?? []))]
  }

  /** The variant of this version; of several with the same, the first. */
  withVersion(version: string): VariantModel | undefined {
    if (this.described()?.version === version) return this.described()
    for (const index of this.plan.variants.keys()) {
      const model = this.variant(index)
      if (model?.version === version) return model
    }
    return undefined
  }

  /** A model that gets copies, under its own name. */
  shadow(name: string): ServedModel | undefined {
    return this.#own(name)
  }

  /** Where the key column lies among the inputs of the control; undefined where there is none. */
  keyPlace(control: VariantModel): ColumnPlace | undefined {
    const { column } = this.plan.stickyKey
    if (column === undefined) return undefined
    let known = this.#places.get(control)
    if (known === undefined) {
      known = { place: columnPlace(control, column) }
      this.#places.set(control, known)
    }
    return known.place
  }

  /** Requests that its variants are to answer wait for the thread that serves. */
  get holdsThread(): boolean {
    for (const { name } of this.plan.variants) {
      const model = this.#models.get(name)
      if (model?.placement === 'inline' && model.admission.requests > 0) return true
    }
    return false
  }

  /** Nobody has ended it. */
  get isRunning(): boolean {
    return (this.assignment?.phase ?? 'running') === 'running'
  }

  /**
   * Whether a model that is loaded may be neither exchanged nor taken out: the rollout is not decided yet, or gives it keys. The
   * control always: by it the rollout is found where no model is named.
   */
  needs(served: string): boolean {
    const { variants, shadows } = this.plan
    if (this.#models.get(served) === undefined) return false
    if (this.isRunning && shadows.includes(served)) return true
    const index = variants.findIndex(({ name }) => name === served)
    return index === 0 || (index > 0 && (this.isRunning || (this.assignment?.permille[index] ?? 0) > 0))
  }

  #own(name: string): ServedModel | undefined {
    const model = this.#models.get(name)
    const begun = this.#begun?.get(name)
    return begun === undefined || begun.version === model?.version ? model : undefined
  }

  #named(model: ServedModel): VariantModel {
    let view = this.#views.get(model)
    if (view === undefined) {
      view = new VariantModel(this.plan.name, model)
      this.#views.set(model, view)
    }
    return view
  }

  #first(): Assignment | undefined {
    const versions: { readonly name: string; readonly version: string }[] = []
    for (const { name } of this.plan.variants) {
      const model = this.#models.get(name)
      if (model === undefined) return undefined
      versions.push({ name, version: model.version })
    }
    const id = rolloutId(this.plan.name, versions)
    const split = firstSplit(plannedPermille(this.plan))
    return { id, step: 0, phase: 'running', epoch: 0, ...this.#table(split) }
  }

  #table(split: readonly SplitRange[]): Pick<Assignment, 'variants' | 'permille'> {
    const variants = Uint8Array.from({ length: SLOTS }, (_, slot) => variantOfSlot(split, slot))
    const permille = this.plan.variants.map(() => 0)
    for (const variant of variants) permille[variant] = (permille[variant] ?? 0) + 1
    return { variants, permille }
  }
}

function byName(models: readonly RolloutModel[]): ReadonlyMap<string, RolloutModel> {
  return new Map(models.map((model) => [model.name, model]))
}
