import type { Logger } from 'pino'
import { invalidParameter } from '../core/errors.ts'
import type { PlatformRoutes } from '../server/platforms/platform-routes.ts'
import { type Setting, type SettingsOf, setting } from './setting.ts'
import { switched, text } from './values.ts'

/**
 * The part of the settings table that platforms fill in which run containers: variables alone, by the names that they and
 * MLflow's own images have for them. docs/deploy says what each platform does.
 */
export const CONTAINER_SETTINGS = {
  aipPredictRoute: setting<string | undefined>({
    variable: 'AIP_PREDICT_ROUTE',
    default: undefined,
    help: 'Vertex AI: path at which predictions are asked for as well',
    parse: route,
  }),
  aipHealthRoute: setting<string | undefined>({
    variable: 'AIP_HEALTH_ROUTE',
    default: undefined,
    help: 'Vertex AI: path at which it is asked whether the server is ready, as /ready',
    parse: route,
  }),
  aipStorageUri: setting<string | undefined>({
    variable: 'AIP_STORAGE_URI',
    default: undefined,
    help: 'Vertex AI: where the files of the model are; a folder of the container comes before HEADRACE_MODEL_URI',
    parse: text,
  }),
  azuremlModelDir: setting<string | undefined>({
    variable: 'AZUREML_MODEL_DIR',
    default: undefined,
    help: 'Azure ML: folder with the mounted model, which comes before HEADRACE_MODEL_URI; with it there are its routes / and /score',
    parse: text,
  }),
  sagemakerBatch: setting<boolean>({
    variable: 'SAGEMAKER_BATCH',
    default: false,
    help: 'SageMaker: this is a batch transform, which asks for /execution-parameters',
    parse: switched,
  }),
  sagemakerMultiModel: setting<boolean>({
    variable: 'SAGEMAKER_MULTI_MODEL',
    default: false,
    help: 'SageMaker: this is to be a multi-model endpoint, which Headrace is not: it is an error',
    parse: switched,
  }),
  gunicornArgs: ofNoEffect('GUNICORN_CMD_ARGS'),
  servingModelConfig: ofNoEffect('SERVING_MODEL_CONFIG'),
  disableNginx: ofNoEffect('DISABLE_NGINX'),
} as const

export type ContainerSettings = SettingsOf<typeof CONTAINER_SETTINGS>

/** The routes that the platforms ask for which have said that they are there. */
export function platformRoutes(
  settings: ContainerSettings & { readonly maxBodyBytes: number },
): PlatformRoutes {
  const { aipPredictRoute, aipHealthRoute, azuremlModelDir, sagemakerBatch, maxBodyBytes } = settings
  return {
    ...(aipPredictRoute === undefined ? {} : { vertexPredict: aipPredictRoute }),
    ...(aipHealthRoute === undefined ? {} : { vertexHealth: aipHealthRoute }),
    azureScoring: azuremlModelDir !== undefined,
    ...(sagemakerBatch ? { batchTransformBytes: maxBodyBytes } : {}),
  }
}

/** @throws ServingError INVALID_PARAMETER_VALUE for what would be served otherwise than the platform expects. */
export function expectServable({ sagemakerMultiModel }: ContainerSettings): void {
  if (!sagemakerMultiModel) return
  throw invalidParameter(
    'SAGEMAKER_MULTI_MODEL is set, and Headrace does not load models by the routes of a multi-model endpoint: give each model an endpoint, or name several models of one container by HEADRACE_MODELS_FILE',
  )
}

const NO_PYTHON = 'no Python server runs here'

/** Says once of each variable that was given and has no effect that it has none. */
export function warnOfVariables(settings: ContainerSettings, log: Pick<Logger, 'warn'>): void {
  const { gunicornArgs, servingModelConfig, disableNginx } = settings
  const given: readonly (readonly [string | undefined, string])[] = [
    [
      gunicornArgs,
      `GUNICORN_CMD_ARGS has no effect: ${NO_PYTHON} (see MLFLOW_MODELS_WORKERS, MLFLOW_HOST and MLFLOW_PORT)`,
    ],
    [
      servingModelConfig,
      `SERVING_MODEL_CONFIG has no effect: it is for Python that loads a model; ${NO_PYTHON}`,
    ],
    [disableNginx, 'DISABLE_NGINX has no effect: there is no nginx in front of this server'],
  ]
  for (const [value, sentence] of given) if (value !== undefined) log.warn(sentence)
}

function ofNoEffect(variable: string): Setting<string | undefined> {
  return { variable, default: undefined, help: 'Taken for compatibility', parse: text, hidden: true }
}

/** An absolute path as clients send it: what is written otherwise would never be asked for. */
function route(value: string): string {
  if (/^\/[\x21-\x7e]*$/.test(value) && !/[?#]/.test(value)) return value
  throw invalidParameter(`'${value}' is not the path of a route, such as /predict`)
}
