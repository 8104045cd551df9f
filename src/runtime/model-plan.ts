import type { ResolvedModel } from '../core/resolved-model.ts'
import type { AdmissionLimits } from './admission/admission.ts'
import type { BatchingOptions } from './batching/batching-state.ts'
import type { PlacementChoice } from './placement.ts'
import type { LoadTimes, Placement } from './served-model.ts'
import type { TunedPlan } from './tuning/tuned-plan.ts'

/** One version of a model that is to be served. Plain data: it crosses between processes as JSON. */
export interface ModelPlan {
  readonly uri: string
  /** Under which it is served; its own name unless given. */
  readonly name?: string
  /** As which it is served; that of the registry unless given, and `1` where there is none. */
  readonly version?: string
  /** As the repository has them for all models, unless given. */
  readonly placement?: PlacementChoice
  readonly workers?: number
  readonly limits?: Partial<AdmissionLimits>
  readonly batching?: Partial<BatchingOptions>
  /** To what the URI led another process: an alias may mean another version by now. */
  readonly pin?: ModelPin
  /** As which version another process served it. */
  readonly served?: string
  /** What was measured of it where it was loaded first. */
  readonly measured?: MeasuredPlace
  /** What is known of its batches. */
  readonly tuned?: TunedPlan
}

/** Where a model has its place, and why. */
export interface MeasuredPlace {
  readonly placement: Placement
  /** Median time of a run of one row; absent where there was nothing to run it with. */
  readonly rowMs?: number
}

/** What a model URI led to. */
export interface ModelPin {
  /** It leads to the same version whenever it is asked. */
  readonly uri: string
  readonly canonicalUri: string
  readonly alias?: string
}

/** What a server has, or had, under one name. */
export interface NamedPlans {
  readonly name: string
  /** Of its versions; the first is what requests without a version mean. */
  readonly plans: readonly ModelPlan[]
  readonly loaded: boolean
  /** Of what was served under the name before, if anything. */
  readonly previous?: readonly ModelPlan[]
}

/** What a plan has led to. */
export interface PlannedModel {
  readonly source: ResolvedModel
  readonly version: string
  readonly placement: Placement
  readonly loadTimes: Pick<LoadTimes, 'batch1'>
  readonly tunedPlan?: TunedPlan | undefined
}

/** The plan by which another process gets what this one got, whatever an alias means by then. */
export function pinnedPlan(given: ModelPlan, model: PlannedModel): ModelPlan {
  const { name, version, alias, canonicalUri } = model.source
  const { placement, loadTimes, tunedPlan: tuned } = model
  const measured = { placement, ...(loadTimes.batch1 === undefined ? {} : { rowMs: loadTimes.batch1 }) }
  const plan = { ...given, served: model.version, measured, ...(tuned && { tuned }) }
  if (!canonicalUri.startsWith('models:/') || version === undefined) return plan
  const pin = { uri: `models:/${name}/${version}`, canonicalUri, ...(alias === undefined ? {} : { alias }) }
  return { ...plan, pin }
}

/** The plan as it was made, by which an alias is asked anew. */
export function unpinnedPlan({
  pin: _pin,
  served: _served,
  measured: _measured,
  tuned: _tuned,
  ...plan
}: ModelPlan): ModelPlan {
  return plan
}

/** What a server has, or had, under one name, so that another process can have the same. */
export function namedPlans(
  name: string,
  slots: readonly { readonly plan: ModelPlan; readonly model: PlannedModel | undefined }[],
  previous: readonly ModelPlan[] | undefined,
): NamedPlans {
  const plans = slots.map(({ plan, model }) => (model ? pinnedPlan(plan, model) : plan))
  const loaded = slots.some(({ model }) => model !== undefined)
  return { name, plans, loaded, ...(previous === undefined ? {} : { previous }) }
}
