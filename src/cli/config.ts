import { BATCHING_SETTINGS } from './batching-settings.ts'
import { CONTAINER_SETTINGS } from './container-settings.ts'
import { CONTROL_SETTINGS } from './control-settings.ts'
import { ENGINE_SETTINGS } from './engine-settings.ts'
import { GRPC_SETTINGS } from './grpc-settings.ts'
import { KEEP_ALIVE_SETTINGS, LOG_SETTINGS, TLS_SETTINGS } from './http-settings.ts'
import { LISTENER_SETTINGS } from './listener-settings.ts'
import { MODEL_SETTINGS } from './model-settings.ts'
import { OVERLOAD_SETTINGS } from './overload-settings.ts'
import { PLACEMENT_SETTINGS } from './placement-settings.ts'
import { PORT_VARIABLES } from './platform-variables.ts'
import { PROCESS_SETTINGS } from './process-settings.ts'
import { REGISTRY_SETTINGS } from './registry-settings.ts'
import { ROLLOUT_SETTINGS } from './rollout-settings.ts'
import { flag, type SettingsOf, setting } from './setting.ts'
import { TRACK_SETTINGS } from './track-settings.ts'
import { TRIAL_SETTINGS } from './trial-settings.ts'
import { TUNED_SETTINGS } from './tuned-settings.ts'
import { listed, port, secondsToMs, text } from './values.ts'
import { WATCH_SETTINGS } from './watch-settings.ts'

/**
 * The settings of Headrace. Flags and variables are MLflow's where MLflow has one (`mlflow models serve`,
 * `mlflow server`, 3.17.2); our own variables begin with HEADRACE_. `docs/configuration.md` is made from this.
 */

export const SERVE_SETTINGS = {
  ...MODEL_SETTINGS,
  host: setting({
    flags: '-h, --host <host>',
    variable: 'MLFLOW_HOST',
    default: '127.0.0.1',
    help: 'Address to listen on',
    parse: text,
  }),
  port: setting({
    flags: '-p, --port <port>',
    variable: 'MLFLOW_PORT',
    platformVariables: PORT_VARIABLES,
    default: 5000,
    help: 'Port to listen on; 0 takes any free one',
    parse: port,
  }),
  ...GRPC_SETTINGS,
  ...LISTENER_SETTINGS,
  ...PROCESS_SETTINGS,
  ...PLACEMENT_SETTINGS,
  ...TUNED_SETTINGS,
  timeoutMs: setting({
    flags: '-t, --timeout <seconds>',
    variable: 'MLFLOW_SCORING_SERVER_REQUEST_TIMEOUT',
    default: 60_000,
    defaultText: '60',
    help: 'Seconds after which a request is answered 504',
    parse: secondsToMs,
  }),
  ...BATCHING_SETTINGS,
  ...WATCH_SETTINGS,
  ...TRIAL_SETTINGS,
  ...ENGINE_SETTINGS,
  ...REGISTRY_SETTINGS,
  ...OVERLOAD_SETTINGS,
  ...CONTROL_SETTINGS,
  ...ROLLOUT_SETTINGS,
  ...TRACK_SETTINGS,
  ...CONTAINER_SETTINGS,
  ...KEEP_ALIVE_SETTINGS,
  graceMs: setting({
    flags: '--grace-period <seconds>',
    variable: 'HEADRACE_GRACE_PERIOD',
    default: 25_000,
    defaultText: '25',
    help: 'Seconds from SIGTERM to the end: first to be taken off balancers, the last of them (--timeout, half at most) for requests under way; below the 30 that Kubernetes waits',
    parse: secondsToMs,
  }),
  ...TLS_SETTINGS,
  corsAllowedOrigins: setting<readonly string[]>({
    flags: '--cors-allowed-origins <origins>',
    variable: 'HEADRACE_CORS_ALLOWED_ORIGINS',
    default: [],
    help: 'Origins, separated by commas, whose pages may call the server; * for any',
    parse: listed,
  }),
  ...LOG_SETTINGS,
  envManager: setting<string | undefined>({
    flags: '--env-manager <name>',
    default: undefined,
    help: 'Taken for compatibility with mlflow models serve: no Python environment is needed',
    parse: text,
    hidden: true,
  }),
  noConda: flag({
    flags: '--no-conda',
    help: 'Taken for compatibility with mlflow models serve',
    hidden: true,
  }),
  installMlflow: flag({
    flags: '--install-mlflow',
    help: 'Taken for compatibility with mlflow models serve',
    hidden: true,
  }),
} as const

export type { RegistrySettings } from './registry-settings.ts'

export type ServeSettings = SettingsOf<typeof SERVE_SETTINGS>

export const MODELS_SETTINGS = REGISTRY_SETTINGS

export type ModelsSettings = SettingsOf<typeof MODELS_SETTINGS>
