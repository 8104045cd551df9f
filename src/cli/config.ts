import { BATCHING_SETTINGS } from './batching-settings.ts'
import { CONTROL_SETTINGS } from './control-settings.ts'
import { ENGINE_SETTINGS } from './engine-settings.ts'
import { GRPC_SETTINGS } from './grpc-settings.ts'
import { LISTENER_SETTINGS } from './listener-settings.ts'
import { MODEL_SETTINGS } from './model-settings.ts'
import { OVERLOAD_SETTINGS } from './overload-settings.ts'
import { PLACEMENT_SETTINGS } from './placement-settings.ts'
import { PROCESS_SETTINGS } from './process-settings.ts'
import { REGISTRY_SETTINGS } from './registry-settings.ts'
import { flag, type SettingsOf, setting } from './setting.ts'
import { TRIAL_SETTINGS } from './trial-settings.ts'
import { listed, oneOf, port, secondsToMs, text } from './values.ts'

/**
 * The settings of Headrace. Flags and variables are MLflow's where MLflow has one (`mlflow models serve`,
 * `mlflow server`, 3.17.2); our own variables begin with HEADRACE_. `docs/configuration.md` is made from this.
 */

const LOG_LEVELS = ['silent', 'error', 'warn', 'info', 'debug', 'trace'] as const

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
    default: 5000,
    help: 'Port to listen on; 0 takes any free one',
    parse: port,
  }),
  ...GRPC_SETTINGS,
  ...LISTENER_SETTINGS,
  ...PROCESS_SETTINGS,
  ...PLACEMENT_SETTINGS,
  timeoutMs: setting({
    flags: '-t, --timeout <seconds>',
    variable: 'MLFLOW_SCORING_SERVER_REQUEST_TIMEOUT',
    default: 60_000,
    defaultText: '60',
    help: 'Seconds after which a request is answered 504',
    parse: secondsToMs,
  }),
  ...BATCHING_SETTINGS,
  ...TRIAL_SETTINGS,
  ...ENGINE_SETTINGS,
  ...REGISTRY_SETTINGS,
  ...OVERLOAD_SETTINGS,
  ...CONTROL_SETTINGS,
  keepAliveTimeoutMs: setting({
    flags: '--keep-alive-timeout <seconds>',
    variable: 'HEADRACE_KEEP_ALIVE_TIMEOUT',
    default: 75_000,
    defaultText: '75',
    help: 'Seconds that an idle connection is kept; keep it above that of the balancer in front',
    parse: secondsToMs,
  }),
  graceMs: setting({
    flags: '--grace-period <seconds>',
    variable: 'HEADRACE_GRACE_PERIOD',
    default: 25_000,
    defaultText: '25',
    help: 'Seconds from SIGTERM to the end: first to be taken off balancers, the last of them (--timeout, half at most) for requests under way; below the 30 that Kubernetes waits',
    parse: secondsToMs,
  }),
  sslCertfile: setting<string | undefined>({
    flags: '--ssl-certfile <file>',
    variable: 'HEADRACE_SSL_CERTFILE',
    default: undefined,
    help: 'Certificate chain (PEM): serves HTTPS together with --ssl-keyfile',
    parse: text,
  }),
  sslKeyfile: setting<string | undefined>({
    flags: '--ssl-keyfile <file>',
    variable: 'HEADRACE_SSL_KEYFILE',
    default: undefined,
    help: 'Private key (PEM) of the certificate',
    parse: text,
  }),
  corsAllowedOrigins: setting<readonly string[]>({
    flags: '--cors-allowed-origins <origins>',
    variable: 'HEADRACE_CORS_ALLOWED_ORIGINS',
    default: [],
    help: 'Origins, separated by commas, whose pages may call the server; * for any',
    parse: listed,
  }),
  logLevel: setting<(typeof LOG_LEVELS)[number]>({
    flags: '--log-level <level>',
    variable: 'HEADRACE_LOG_LEVEL',
    default: 'info',
    help: `How much is logged: ${LOG_LEVELS.join(', ')}`,
    parse: oneOf(LOG_LEVELS),
  }),
  logFormat: setting<'auto' | 'json' | 'text'>({
    flags: '--log-format <format>',
    variable: 'HEADRACE_LOG_FORMAT',
    default: 'auto',
    help: 'Log lines for programs (json), for people (text), or by whether a terminal reads them (auto)',
    parse: oneOf(['auto', 'json', 'text']),
  }),
  accessLog: flag({
    flags: '--access-log',
    variable: 'HEADRACE_ACCESS_LOG',
    help: 'Log every request, not only those that fail',
  }),
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
