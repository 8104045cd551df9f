/** Names by which clients tell what a server has beyond the protocol (Triton, "Protocol Extensions"). */
const EXTENSIONS = [
  'classification',
  'model_configuration',
  'binary_tensor_data',
  'parameters',
  'statistics',
] as const

const CONTROL_EXTENSIONS = ['model_repository', 'model_repository(unload_dependents)'] as const

export interface ServerMetadata {
  readonly name: string
  readonly version: string
  readonly extensions: readonly string[]
}

/** @param controlled models can be loaded and unloaded. */
export function serverMetadata(version: string, controlled: boolean): ServerMetadata {
  return {
    name: 'headrace',
    version,
    extensions: controlled ? [...EXTENSIONS, ...CONTROL_EXTENSIONS] : EXTENSIONS,
  }
}
