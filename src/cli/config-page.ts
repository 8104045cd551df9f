import { BENCH_SETTINGS } from './bench-settings.ts'
import { SERVE_SETTINGS } from './config.ts'
import { CONFORMANCE_SETTINGS } from './conformance-settings.ts'
import { DEPLOY_JOB_SETTINGS, DEPLOY_SETTINGS } from './deploy-settings.ts'
import { BUILD_DOCKER_SETTINGS, GENERATE_DOCKERFILE_SETTINGS } from './dockerfile-settings.ts'
import { ENGINE_SETTINGS } from './engine-settings.ts'
import { IMAGE_SETTINGS } from './image-settings.ts'
import { PREDICT_SETTINGS } from './predict-settings.ts'
import { REGISTRY_SETTINGS } from './registry-settings.ts'
import { ROLLOUT_CLIENT_SETTINGS } from './rollout-client-settings.ts'
import { defaultTextOf, type Setting, type SettingsTable } from './setting.ts'
import { TRACKING_SERVER_SETTINGS } from './tracking-server-settings.ts'
import { TUNE_SETTINGS } from './tune-settings.ts'

/** The text of `docs/configuration.md`, made from the settings table; a test keeps the file equal to it. */
export function configPage(): string {
  return [
    '# Configuration',
    '',
    'Made from `src/cli/config.ts` by `npm run docs`. A flag comes before its variable, a variable before the default.',
    'What is wrong in one of them, in two that do not go together or in one that is missing is told in a line, and ends the command with code 2; other failures end it with 1.',
    '',
    '## headrace serve',
    '',
    ...rows(ownOf(SERVE_SETTINGS)),
    '',
    '## headrace server',
    '',
    ...rows(TRACKING_SERVER_SETTINGS),
    '',
    '## headrace predict',
    '',
    ...rows(ownOf(PREDICT_SETTINGS)),
    '',
    '## headrace build-image',
    '',
    'Of `headrace sbom` as well, as far as it says what an image is made of.',
    '',
    ...rows(ownOf(IMAGE_SETTINGS)),
    '',
    '## headrace generate-dockerfile',
    '',
    ...rows(ownOf(GENERATE_DOCKERFILE_SETTINGS)),
    '',
    '## headrace build-docker',
    '',
    ...rows(ownOf(BUILD_DOCKER_SETTINGS)),
    '',
    '## headrace deploy kubernetes',
    '',
    ...rows(ownOf(DEPLOY_SETTINGS)),
    '',
    '## headrace deploy kubernetes-job',
    '',
    ...rows(ownOf(DEPLOY_JOB_SETTINGS)),
    '',
    '## headrace rollout',
    '',
    ...rows(ROLLOUT_CLIENT_SETTINGS),
    '',
    '## headrace bench',
    '',
    ...rows(ownOf(BENCH_SETTINGS)),
    '',
    '## headrace tune',
    '',
    ...rows(ownOf(TUNE_SETTINGS)),
    '',
    '## headrace conformance',
    '',
    ...rows(CONFORMANCE_SETTINGS),
    '',
    '## Engines',
    '',
    'Of `headrace serve`, `headrace predict`, `headrace build-image`, and `headrace models show` and `register`.',
    '',
    ...rows(ENGINE_SETTINGS),
    '',
    '## Registry, servers and cache',
    '',
    'Of `headrace serve`, `headrace predict`, `headrace build-image`, `headrace bench`, `headrace tune` and all of `headrace models`.',
    '',
    ...rows(REGISTRY_SETTINGS),
    '',
  ].join('\n')
}

/** What a command has beyond the settings that all of them share. */
function ownOf(table: SettingsTable): SettingsTable {
  return Object.fromEntries(
    Object.entries(table).filter(([key]) => !(key in REGISTRY_SETTINGS || key in ENGINE_SETTINGS)),
  )
}

function rows(table: SettingsTable): readonly string[] {
  const shown = Object.values(table).filter((row) => row.hidden !== true)
  return [
    '| flag | variable | default | meaning |',
    '|---|---|---|---|',
    ...shown.map((row) => {
      const shownDefault = row.defaultText ?? (defaultTextOf(row) && `\`${defaultTextOf(row)}\``)
      const flags = row.flags === undefined ? '' : `\`${row.flags}\``
      return `| ${flags} | ${variablesOf(row)} | ${shownDefault} | ${row.help} |`
    }),
  ]
}

/** In the order in which they count. */
function variablesOf({ platformVariables = [], variable }: Setting<unknown>): string {
  const platforms = platformVariables.map(({ name, beside }) =>
    beside === undefined ? `\`${name}\`` : `\`${name}\` (where \`${beside}\` is set)`,
  )
  return [...platforms, ...(variable === undefined ? [] : [`\`${variable}\``])].join(', ')
}
