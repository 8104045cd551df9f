import { invalidParameter, messageOf } from '../core/errors.ts'
import { KEEP_ALIVE_SETTINGS, LOG_SETTINGS, TLS_SETTINGS } from './http-settings.ts'
import { flag, type SettingsOf, setting } from './setting.ts'
import { listed, oneOf, port, positiveInteger, secondsToMs, switched, text } from './values.ts'

/** Where the databases and the files are. Flags and variables are those of `mlflow server` (3.17.2). */
const STORAGE_SETTINGS = {
  backendStoreUri: setting<string | undefined>({
    flags: '--backend-store-uri <uri>',
    variable: 'MLFLOW_BACKEND_STORE_URI',
    default: undefined,
    defaultText: 'sqlite:///mlflow.db',
    help: 'Database of experiments and runs: sqlite:///mlflow.db, postgresql://…, mysql://…; a SQLite file that is not there is created',
    parse: text,
  }),
  registryStoreUri: setting<string | undefined>({
    flags: '--registry-store-uri <uri>',
    variable: 'MLFLOW_REGISTRY_STORE_URI',
    default: undefined,
    defaultText: 'the same',
    help: 'Database of registered models, where it is another one',
    parse: text,
  }),
  defaultArtifactRoot: setting<string | undefined>({
    flags: '--default-artifact-root <uri>',
    variable: 'MLFLOW_DEFAULT_ARTIFACT_ROOT',
    default: undefined,
    defaultText: 'mlflow-artifacts:/; with --no-serve-artifacts ./mlruns',
    help: 'Where clients put the artifacts of new experiments',
    parse: text,
  }),
  serveArtifactsVariable: setting({
    variable: 'MLFLOW_SERVE_ARTIFACTS',
    default: true,
    defaultText: 'true',
    help: 'As --serve-artifacts and --no-serve-artifacts',
    parse: switched,
  }),
  serveArtifactsFlag: flag({
    flags: '--serve-artifacts',
    help: 'Let clients send and fetch artifacts through this server, as it does anyway',
  }),
  noServeArtifacts: flag({
    flags: '--no-serve-artifacts',
    help: 'Take and give no artifacts: clients reach the artifact root themselves',
  }),
  artifactsOnly: flag({
    flags: '--artifacts-only',
    variable: 'MLFLOW_ARTIFACTS_ONLY',
    help: 'Serve artifacts and nothing else; no database is opened',
  }),
  artifactsDestination: setting({
    flags: '--artifacts-destination <uri>',
    variable: 'MLFLOW_ARTIFACTS_DESTINATION',
    default: './mlartifacts',
    help: 'Folder of the artifacts that clients send through this server',
    parse: text,
  }),
  cutsLongValues: setting({
    variable: 'MLFLOW_TRUNCATE_LONG_VALUES',
    default: true,
    defaultText: 'true',
    help: 'Cut values of params beyond 6000 characters and of tags of runs beyond 8000; false refuses them',
    parse: switched,
  }),
  artifactLocationLength: setting({
    variable: 'MLFLOW_ARTIFACT_LOCATION_MAX_LENGTH',
    default: 2048,
    help: 'Characters that the artifact location of a new experiment may have',
    parse: positiveInteger,
  }),
  mlflowSchema: setting<'3.17' | '3.18'>({
    flags: '--mlflow-schema <release>',
    variable: 'HEADRACE_MLFLOW_SCHEMA',
    default: '3.17',
    help: 'Release of MLflow whose tables a new database gets: 3.17 or 3.18; only MLflow of that release can open it beside Headrace',
    parse: oneOf(['3.17', '3.18']),
  }),
} as const

const NETWORK_SETTINGS = {
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
  workers: setting({
    flags: '-w, --workers <count>',
    variable: 'MLFLOW_WORKERS',
    default: 2,
    help: 'Threads that read the database, beside the one that writes a SQLite file; of a database on a server, those that do both',
    parse: positiveInteger,
  }),
  staticPrefix: setting({
    flags: '--static-prefix <path>',
    variable: 'MLFLOW_STATIC_PREFIX',
    default: '',
    help: 'Path that stands before all others: /mlflow',
    parse: staticPrefix,
  }),
} as const

const SECURITY_SETTINGS = {
  allowedHosts: setting<readonly string[] | undefined>({
    flags: '--allowed-hosts <patterns>',
    variable: 'MLFLOW_SERVER_ALLOWED_HOSTS',
    default: undefined,
    defaultText: 'localhost and private addresses',
    help: 'Host headers that are served, separated by commas, as mlflow.company.com,app-*.internal:5000; * for all, and then pages of any site may reach the server by DNS rebinding',
    parse: listed,
  }),
  corsAllowedOrigins: setting<readonly string[]>({
    flags: '--cors-allowed-origins <origins>',
    variable: 'MLFLOW_SERVER_CORS_ALLOWED_ORIGINS',
    default: [],
    defaultText: 'those of this machine',
    help: 'Origins, separated by commas, whose pages may use the server; * for all',
    parse: listed,
  }),
  xFrameOptions: setting({
    flags: '--x-frame-options <value>',
    variable: 'MLFLOW_SERVER_X_FRAME_OPTIONS',
    default: 'SAMEORIGIN',
    help: 'X-Frame-Options of every answer: SAMEORIGIN, DENY, or NONE for no such header',
    parse: frameOptions,
  }),
  disableSecurityMiddleware: flag({
    flags: '--disable-security-middleware',
    variable: 'MLFLOW_SERVER_DISABLE_SECURITY_MIDDLEWARE',
    help: 'Check neither Host nor Origin: any page in a browser that reaches the server can use it',
  }),
  allowedArtifactSchemes: setting<readonly string[]>({
    variable: 'MLFLOW_ALLOWED_HOST_ADDRESSED_ARTIFACT_SCHEMES',
    default: [],
    defaultText: 'none',
    help: 'Schemes, separated by commas, whose URIs may name any host as a place of artifacts (ftp, sftp, hdfs, viewfs, http, https, mlflow-artifacts, r2, b2, abfss); else only the hosts of the default artifact root and of the artifacts destination',
    parse: listed,
  }),
  versionSourcePattern: setting<string | undefined>({
    variable: 'MLFLOW_CREATE_MODEL_VERSION_SOURCE_VALIDATION_REGEX',
    default: undefined,
    defaultText: 'all',
    help: 'Regular expression (of JavaScript) that the sources of new versions of models must match somewhere',
    parse: regularExpression,
  }),
} as const

/** What `mlflow server` has beside: without effect here, or refused. */
const OTHER_SETTINGS = {
  exposePrometheus: setting<string | undefined>({
    flags: '--expose-prometheus <folder>',
    variable: 'MLFLOW_EXPOSE_PROMETHEUS',
    default: undefined,
    help: 'Taken for compatibility: /metrics is always there',
    parse: text,
    hidden: true,
  }),
  gunicornOpts: ignored('--gunicorn-opts <options>', 'MLFLOW_GUNICORN_OPTS'),
  waitressOpts: ignored('--waitress-opts <options>'),
  uvicornOpts: ignored('--uvicorn-opts <options>', 'MLFLOW_UVICORN_OPTS'),
  secretsCacheTtl: ignored('--secrets-cache-ttl <seconds>'),
  secretsCacheMaxSize: ignored('--secrets-cache-max-size <count>'),
  workspaceStoreUri: ignored('--workspace-store-uri <uri>', 'MLFLOW_WORKSPACE_STORE_URI'),
  disableWorkspaces: flag({
    flags: '--disable-workspaces',
    help: 'Taken for compatibility: there is one workspace',
    hidden: true,
  }),
  appName: refused('--app-name <name>', 'accounts and permissions of users are not there yet'),
  readReplica: refused(
    '--read-replica-backend-store-uri <uri>',
    'one database is used for reading and writing',
    'MLFLOW_READ_REPLICA_BACKEND_STORE_URI',
  ),
  traceArchivalConfig: refused(
    '--trace-archival-config <file>',
    'traces are not served yet',
    'MLFLOW_TRACE_ARCHIVAL_CONFIG',
  ),
  enableWorkspaces: flag({
    flags: '--enable-workspaces',
    variable: 'MLFLOW_ENABLE_WORKSPACES',
    help: 'Refused: there is one workspace',
    hidden: true,
  }),
  dev: flag({ flags: '--dev', help: 'Refused: there is nothing to reload', hidden: true }),
} as const

/** The settings of `headrace server`. */
export const TRACKING_SERVER_SETTINGS = {
  ...STORAGE_SETTINGS,
  ...NETWORK_SETTINGS,
  ...SECURITY_SETTINGS,
  timeoutMs: setting({
    flags: '-t, --timeout <seconds>',
    variable: 'HEADRACE_REQUEST_TIMEOUT',
    default: 60_000,
    defaultText: '60',
    help: 'Seconds after which a call of the API is answered 504',
    parse: secondsToMs,
  }),
  ...KEEP_ALIVE_SETTINGS,
  graceMs: setting({
    flags: '--grace-period <seconds>',
    variable: 'HEADRACE_GRACE_PERIOD',
    default: 25_000,
    defaultText: '25',
    help: 'Seconds from SIGTERM until requests under way are cut off; below the 30 that Kubernetes waits',
    parse: secondsToMs,
  }),
  ...TLS_SETTINGS,
  ...LOG_SETTINGS,
  ...OTHER_SETTINGS,
} as const

export type TrackingServerSettings = SettingsOf<typeof TRACKING_SERVER_SETTINGS>

/** Whether artifacts go through the server: the flags come before the variable. */
export function servesArtifacts(settings: TrackingServerSettings): boolean {
  if (settings.noServeArtifacts) return false
  return settings.serveArtifactsFlag || settings.serveArtifactsVariable
}

function ignored(flags: string, variable?: string) {
  return setting<string | undefined>({
    flags,
    ...(variable === undefined ? {} : { variable }),
    default: undefined,
    help: 'Taken for compatibility with mlflow server',
    parse: text,
    hidden: true,
  })
}

function refused(flags: string, reason: string, variable?: string) {
  return setting<string | undefined>({
    flags,
    ...(variable === undefined ? {} : { variable }),
    default: undefined,
    help: `Refused: ${reason}`,
    parse: () => {
      throw invalidParameter(`Headrace has no such setting: ${reason}`)
    },
    hidden: true,
  })
}

function staticPrefix(value: string): string {
  if (value === '') return value
  if (!value.startsWith('/')) throw invalidParameter(`'${value}' must begin with a '/'`)
  if (value.endsWith('/')) throw invalidParameter(`'${value}' should not end with a '/'`)
  if (/[{}?#%\s]/.test(value)) throw invalidParameter(`'${value}' must be a plain path`)
  return value
}

function regularExpression(value: string): string {
  try {
    return new RegExp(value, 'u').source
  } catch (error) {
    throw invalidParameter(messageOf(error))
  }
}

/** Browsers take no notice of any other value, and show the pages in every frame. */
function frameOptions(value: string): string {
  if (!/^(SAMEORIGIN|DENY|NONE)?$/i.test(value))
    throw invalidParameter(`'${value}' is not SAMEORIGIN, DENY or NONE`)
  return value
}
