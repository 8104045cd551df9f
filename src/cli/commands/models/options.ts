import type { ModelsSettings } from '../../config.ts'
import type { EngineSettings } from '../../engine-settings.ts'

/** Options that all commands of `headrace models` take. */
export interface ModelsOptions extends ModelsSettings {
  readonly json: boolean
}

/** Of commands that open a model. */
export interface OpeningOptions extends ModelsOptions, EngineSettings {}

export interface ConvertOptions extends ModelsOptions {
  /** Named as of `headrace predict`. */
  readonly outputPath: string
  readonly force: boolean
}

export interface RegisterOptions extends OpeningOptions {
  readonly name: string
  readonly alias?: string
  readonly description?: string
  readonly tag: readonly string[]
  readonly ifAbsent: boolean
  /** Path of a JSON file. */
  readonly signature?: string
}

export interface DownloadOptions extends ModelsOptions {
  /** Named as in `mlflow artifacts download`. */
  readonly dstPath?: string
}

export interface AliasOptions extends ModelsOptions {
  readonly delete: boolean
}
