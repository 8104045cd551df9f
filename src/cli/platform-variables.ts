/** A variable by which a platform that runs containers says what one of our settings says. */
export interface PlatformVariable {
  readonly name: string
  /** It counts only where this one is set too: its own name is used for much else. */
  readonly beside?: string
}

/** Where a server is to listen: SageMaker's inference pipelines, Vertex AI, Cloud Run and Knative. */
export const PORT_VARIABLES: readonly PlatformVariable[] = [
  { name: 'SAGEMAKER_BIND_TO_PORT' },
  { name: 'AIP_HTTP_PORT' },
  { name: 'PORT', beside: 'K_SERVICE' },
]

type Environment = Readonly<Record<string, string | undefined>>

/** The name of the first of them that is set to something. */
export function heldVariable(
  variables: readonly PlatformVariable[],
  environment: Environment,
): string | undefined {
  return variables.find(({ name, beside }) => isSet(environment, name) && isSet(environment, beside))?.name
}

function isSet(environment: Environment, name: string | undefined): boolean {
  return name === undefined || (environment[name] ?? '') !== ''
}
