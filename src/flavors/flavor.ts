import type { Predictor } from '../core/predictor.ts'
import type { EngineChoice, TfjsEngineChoice } from './engine-choice.ts'
import type { MlModel } from './mlmodel.ts'

/** What a flavor can tell of a model without opening an engine. */
export interface ModelTraits {
  /** The model may run for an unbounded time (Loop, Scan, custom operators): never inline unless forced. */
  readonly unboundedRun: boolean
  /** The engine gives its memory back only when its thread ends: never inline unless forced. */
  readonly keepsMemory?: true
  /** Bytes of weights that each loaded copy holds. */
  readonly weightBytes: number
}

/**
 * A model that a flavor has prepared: what is done once, however many copies of it are loaded. Plain data: it
 * crosses threads.
 */
export interface PreparedModel extends MlModel {
  readonly traits: ModelTraits
  readonly engine: EngineChoice
  /** The flavor's own, for its `load`. */
  readonly plan?: unknown
}

export interface PrepareOptions {
  /** Name of the flavor that is to be served of each model; the preferred one that it has unless set. */
  readonly flavor?: string
  /** `auto` unless set. */
  readonly tfjsEngine?: TfjsEngineChoice
  /** Where what took long to prepare is kept for the next start; nothing is kept unless set. */
  readonly cache?: PreparedCache
  /** Told of what takes long, and of what a user should know. */
  readonly warn?: (message: string) => void
}

export interface PreparedCache {
  /** Absolute path; made where it is not there. */
  readonly folder: string
  /** What was used longest ago goes where there is more. */
  readonly maxBytes: number
}

/** A model that was compiled to ONNX and proved to give the same. */
export interface OnnxExport {
  readonly bytes: Uint8Array
  readonly nodes: number
  readonly proof: EngineProof
}

/** How two engines were shown to be equal. */
export interface EngineProof {
  /** Runs whose outputs were compared. */
  readonly cases: number
  /** The largest difference that was met, as a share of the largest value of the row. */
  readonly largestDifference: number
}

/** A file that `prepare` looks for in its cache, so that it need not find anything out again. */
export interface PreparedFile {
  /** Relative to the cache's folder. */
  readonly name: string
  /** A file of this machine, by its absolute path, or the content itself. */
  readonly content: { readonly path: string; readonly bytes: number } | Uint8Array
}

export interface LoadOptions {
  readonly intraOpThreads: number
}

/**
 * One kind of model that an MLmodel file can name (`flavors:`). An implementation imports its engine; it is
 * itself imported only by the dynamic import in `flavor-table.ts`.
 */
export interface Flavor {
  readonly name: string
  /**
   * Reads the model's files, checks that they are safe and servable, and settles what runs them. Called once,
   * in a thread that must not be blocked for long.
   * @throws ServingError INVALID_PARAMETER_VALUE
   */
  prepare(model: MlModel, options?: PrepareOptions): Promise<PreparedModel>
  /** Opens the model in the calling thread. @throws ServingError INVALID_PARAMETER_VALUE */
  load(model: PreparedModel, options: LoadOptions): Promise<Predictor>
  /**
   * The model as ONNX, of a flavor that compiles models to it: what `load` gives to onnxruntime.
   * @throws ServingError INVALID_PARAMETER_VALUE where another engine runs it
   */
  exportOnnx?(model: PreparedModel): Promise<OnnxExport>
  /**
   * The files that the model is loaded from, relative to its folder, as far as the MLmodel file does not tell.
   * @throws ServingError INVALID_PARAMETER_VALUE, RESOURCE_DOES_NOT_EXIST
   */
  dataFiles(model: PreparedModel): Promise<readonly string[]>
  /**
   * What was found out about the model, of a flavor that takes long for it: with these files as its cache, a process
   * on a processor of that kind prepares the model at once.
   * @param architecture as `process.arch` has it.
   */
  preparedFiles?(model: PreparedModel, architecture: string): Promise<readonly PreparedFile[]>
}
