import type { TrackingServerSettings } from '../../tracking-server-settings.ts'

const NO_PYTHON_SERVER =
  'no Python server runs behind this one (see --workers, --timeout and --keep-alive-timeout)'
const NO_SECRETS = 'no secrets are kept'

/** Settings of `mlflow server` that are taken and change nothing, each with its flag and the reason. */
const WITHOUT_EFFECT = {
  gunicornOpts: ['--gunicorn-opts', NO_PYTHON_SERVER],
  waitressOpts: ['--waitress-opts', NO_PYTHON_SERVER],
  uvicornOpts: ['--uvicorn-opts', NO_PYTHON_SERVER],
  secretsCacheTtl: ['--secrets-cache-ttl', NO_SECRETS],
  secretsCacheMaxSize: ['--secrets-cache-max-size', NO_SECRETS],
  workspaceStoreUri: ['--workspace-store-uri', 'there is one workspace'],
} as const satisfies Partial<Record<keyof TrackingServerSettings, readonly [flag: string, reason: string]>>

type SettingWithoutEffect = keyof typeof WITHOUT_EFFECT

/** A sentence for each setting that was given and has no effect. */
export function withoutEffect(
  settings: Partial<Pick<TrackingServerSettings, SettingWithoutEffect>>,
): readonly string[] {
  const names = Object.keys(WITHOUT_EFFECT) as SettingWithoutEffect[]
  return names
    .filter((name) => settings[name] !== undefined)
    .map((name) => {
      const [flag, reason] = WITHOUT_EFFECT[name]
      return `${flag} has no effect: ${reason}`
    })
}
