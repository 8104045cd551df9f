import type { ModelSignature } from '../signature/model-signature.ts'

/** An MLmodel file, or what stands for one where a bare model file is served. Plain data: it crosses threads. */
export interface MlModel {
  /** Absolute path of the model's folder. */
  readonly directory: string
  /** The flavor that Headrace will load, a key of the flavor table. */
  readonly flavor: string
  /** That flavor's own entry, unchecked: the flavor narrows it. */
  readonly flavorConfig: Readonly<Record<string, unknown>>
  readonly signature: ModelSignature | undefined
  readonly runId: string | undefined
  readonly modelId: string | undefined
  readonly mlflowVersion: string | undefined
  /** Body for `/invocations` that MLflow wrote from the input example, relative to `directory`. */
  readonly servingInputPath: string | undefined
  /** The input example as it was given, relative to `directory`; the only one of models of an older MLflow. */
  readonly inputExamplePath: string | undefined
}
