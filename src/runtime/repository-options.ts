import type { ResolvedModel } from '../core/resolved-model.ts'
import type { PrepareOptions } from '../flavors/flavor.ts'
import type { AdmissionLimits } from './admission/admission.ts'
import type { BatchingOptions } from './batching/batching-state.ts'
import type { Resources } from './cores.ts'
import type { PlacementChoice } from './placement.ts'
import type { RuntimeLog } from './runtime-log.ts'
import type { CandidateModel } from './trial/pass-trial.ts'
import type { TrialOptions } from './trial/trial-options.ts'

/** How a server serves its models. What is said of one model in its plan comes first. */
export interface ModelRepositoryOptions {
  /** Finds the files of a model URI. @param isPinned it was found out before what it leads to, here or by another process */
  resolve(uri: string, isPinned: boolean): Promise<ResolvedModel>
  /** `auto` unless set. */
  readonly placement?: PlacementChoice
  /** Threads of each pooled model. Unless set, all pools together have one a core, each at least one. */
  readonly workers?: number
  /** How many models will be loaded at start, all versions counted, among which the cores are divided; 1 unless set. */
  readonly expectedModels?: number
  /** Plans come from another thread of this process, and what it has measured and proved holds: nothing is done anew. */
  readonly trustsMeasured?: boolean
  /** Another process or thread finds out how models are batched, and its plans are given to `ModelRepository.tuning`. */
  readonly isTunedElsewhere?: boolean
  /** Of the machine or the container unless set; read anew for each model. */
  readonly resources?: Resources
  readonly limits?: AdmissionLimits
  /** `auto` unless set. */
  readonly batching?: BatchingOptions
  /** How long models that were replaced stay loaded, so that they can be served again at once; not at all unless set. */
  readonly keepPreviousMs?: number
  /** How long a run of a golden request or an input example may take at load; 60 s unless set. */
  readonly runTimeoutMs?: number
  /** Module URL of another flavor table than Headrace's own. */
  readonly flavorTable?: string
  /** How flavors prepare models. */
  readonly prepare?: PrepareOptions
  /** How models are tried before they are loaded. */
  readonly trial?: TrialOptions
  /** Tries one, and says how it is to be prepared then; in a process of its own unless set. @throws ServingError */
  readonly passTrial?: (candidate: CandidateModel) => Promise<PrepareOptions | undefined>
  readonly log?: RuntimeLog
}
