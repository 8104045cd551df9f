import { flag, type SettingsOf, setting } from './setting.ts'
import { bytes, numberFromZero, secondsToMs, switched, text, wholeNumber } from './values.ts'

/**
 * The part of the settings table that every command with models has: where the registry is, how its server is
 * reached, and where downloaded models are kept. Variables that begin with MLFLOW_ mean what they mean to MLflow's
 * own client (3.17.2, `mlflow/environment_variables.py`).
 */

const PLACES = {
  trackingUri: setting<string | undefined>({
    flags: '--tracking-uri <uri>',
    variable: 'MLFLOW_TRACKING_URI',
    default: undefined,
    defaultText: 'sqlite:///mlflow.db in the working folder',
    help: 'Tracking server or database that models are taken from, and the registry where no other is named',
    parse: text,
  }),
  registryUri: setting<string | undefined>({
    flags: '--registry-uri <uri>',
    variable: 'MLFLOW_REGISTRY_URI',
    default: undefined,
    defaultText: 'the tracking URI',
    help: 'Registry that models:/ URIs are looked up in',
    parse: text,
  }),
  defaultArtifactRoot: setting<string | undefined>({
    flags: '--default-artifact-root <folder>',
    variable: 'MLFLOW_DEFAULT_ARTIFACT_ROOT',
    default: undefined,
    defaultText: 'mlartifacts beside the database',
    help: 'Folder of the files of registered models',
    parse: text,
  }),
  artifactsDestination: setting<string | undefined>({
    flags: '--artifacts-destination <folder>',
    variable: 'MLFLOW_ARTIFACTS_DESTINATION',
    default: undefined,
    defaultText: 'the default artifact root',
    help: 'Folder that the MLflow server of a database serves as mlflow-artifacts:/, where models are taken from that database itself',
    parse: text,
  }),
} as const

/** Variables alone: a flag would show secrets in the list of processes, and few ever change the others. */
const CONNECTION = {
  trackingUsername: setting<string | undefined>({
    variable: 'MLFLOW_TRACKING_USERNAME',
    default: undefined,
    defaultText: 'what ~/.mlflow/credentials says',
    help: 'User name for an MLflow server with basic authentication',
    parse: text,
  }),
  trackingPassword: setting<string | undefined>({
    variable: 'MLFLOW_TRACKING_PASSWORD',
    default: undefined,
    defaultText: 'what ~/.mlflow/credentials says',
    help: 'Password for it',
    parse: text,
  }),
  trackingToken: setting<string | undefined>({
    variable: 'MLFLOW_TRACKING_TOKEN',
    default: undefined,
    help: 'Bearer token for an MLflow server; a user name with a password comes before it',
    parse: text,
  }),
  trackingInsecureTls: setting<boolean>({
    variable: 'MLFLOW_TRACKING_INSECURE_TLS',
    default: false,
    help: "true: the server's certificate is not checked",
    parse: switched,
  }),
  trackingServerCertPath: setting<string | undefined>({
    variable: 'MLFLOW_TRACKING_SERVER_CERT_PATH',
    default: undefined,
    help: "Certificates (PEM) of the authorities that vouch for the server's",
    parse: text,
  }),
  requestsCaBundle: setting<string | undefined>({
    variable: 'REQUESTS_CA_BUNDLE',
    default: undefined,
    help: 'The same, where MLFLOW_TRACKING_SERVER_CERT_PATH is not set',
    parse: text,
  }),
  trackingClientCertPath: setting<string | undefined>({
    variable: 'MLFLOW_TRACKING_CLIENT_CERT_PATH',
    default: undefined,
    help: 'Certificate and key (PEM, one file) that are shown to the server',
    parse: text,
  }),
  httpRequestMaxRetries: setting({
    variable: 'MLFLOW_HTTP_REQUEST_MAX_RETRIES',
    default: 7,
    help: 'How often a request to a server is sent again after it failed (408, 429, 500, 502, 503, 504, no connection)',
    parse: wholeNumber,
  }),
  httpRequestBackoffFactor: setting({
    variable: 'MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR',
    default: 2,
    help: 'The first retry comes at once, the others after 2, 4, 8, … times this many seconds',
    parse: numberFromZero,
  }),
  httpRequestBackoffJitter: setting({
    variable: 'MLFLOW_HTTP_REQUEST_BACKOFF_JITTER',
    default: 1,
    help: 'Most seconds added at random to every wait',
    parse: numberFromZero,
  }),
  httpRequestTimeoutMs: setting({
    variable: 'MLFLOW_HTTP_REQUEST_TIMEOUT',
    default: 120_000,
    defaultText: '120',
    help: 'Seconds that an answer may take',
    parse: secondsToMs,
  }),
  httpRespectRetryAfterHeader: setting<boolean>({
    variable: 'MLFLOW_HTTP_RESPECT_RETRY_AFTER_HEADER',
    default: true,
    help: 'false: a Retry-After of the server is not kept',
    parse: switched,
  }),
  workspace: setting<string | undefined>({
    variable: 'MLFLOW_WORKSPACE',
    default: undefined,
    help: 'Workspace of the server',
    parse: text,
  }),
} as const

const CACHE = {
  offline: flag({
    flags: '--offline',
    variable: 'HEADRACE_OFFLINE',
    help: 'Ask no registry: take models from the cache as they were downloaded last',
  }),
  cacheDir: setting<string | undefined>({
    flags: '--cache-dir <folder>',
    variable: 'HEADRACE_CACHE_DIR',
    default: undefined,
    defaultText: '`headrace` in XDG_CACHE_HOME, else ~/.cache/headrace',
    help: 'Folder that downloaded and compiled models are kept in',
    parse: text,
  }),
  xdgCacheHome: setting<string | undefined>({
    variable: 'XDG_CACHE_HOME',
    default: undefined,
    defaultText: '~/.cache',
    help: 'Folder of all caches of the user',
    parse: text,
  }),
  cacheBytes: setting({
    flags: '--cache-size <size>',
    variable: 'HEADRACE_CACHE_SIZE',
    default: 20 * 1024 ** 3,
    defaultText: '20g',
    help: 'Room that downloaded models may take, and compiled ones as much again; those used longest ago go first',
    parse: bytes,
  }),
  noProgress: flag({
    flags: '--no-progress',
    variable: 'HEADRACE_NO_PROGRESS',
    help: 'Show no progress of downloads, uploads and predictions',
  }),
} as const

export const REGISTRY_SETTINGS = { ...PLACES, ...CONNECTION, ...CACHE } as const

/** Of commands that take no models from it. */
export const TRACKING_SETTINGS = { ...PLACES, ...CONNECTION } as const

export type TrackingSettings = SettingsOf<typeof TRACKING_SETTINGS>

export type RegistrySettings = SettingsOf<typeof REGISTRY_SETTINGS>
