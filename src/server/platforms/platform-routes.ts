/** Routes that platforms ask for which run containers, beside Headrace's own. Of a path that is Headrace's own, that stays. */
export interface PlatformRoutes {
  /** Vertex AI's AIP_PREDICT_ROUTE: `{"instances": […], "parameters": {…}}`, answered as V1's `:predict`. */
  readonly vertexPredict?: string
  /** Vertex AI's AIP_HEALTH_ROUTE: 200 once the server is ready. */
  readonly vertexHealth?: string
  /** Azure ML's `/score` and `/`. */
  readonly azureScoring?: boolean
  /** SageMaker's `/execution-parameters`, for batch transforms whose bodies have at most so many bytes. */
  readonly batchTransformBytes?: number
}

export const AZURE_LIVENESS = '/'

/** Routes that tell nothing but whether the server lives. */
export function openPathsOf({ vertexHealth, azureScoring }: PlatformRoutes = {}): readonly string[] {
  return [...(vertexHealth === undefined ? [] : [vertexHealth]), ...(azureScoring ? [AZURE_LIVENESS] : [])]
}
