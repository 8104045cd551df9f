import { invalidParameter } from '../core/errors.ts'
import type { VariantPlan } from '../rollout/rollout-plan.ts'
import { type SettingsOf, setting } from './setting.ts'
import { listed, oneOf, permille, text } from './values.ts'

/** The part of the settings table that says how requests are divided among models; the models file says it of more rollouts. */
export const ROLLOUT_SETTINGS = {
  split: setting<readonly VariantPlan[] | undefined>({
    flags: '--split <shares>',
    variable: 'HEADRACE_SPLIT',
    default: undefined,
    help: 'Divide requests among models by a sticky key: a=90,b=10, in percent to a tenth, together 100; the first is the control',
    parse: shares,
  }),
  shadow: setting<readonly string[]>({
    flags: '--shadow <names>',
    variable: 'HEADRACE_SHADOW',
    default: [],
    help: 'Models, separated by commas, that get copies of requests and whose answers are compared, never sent; without --split of requests to the first other model. May be repeated',
    parse: (value, previous) => [...previous, ...listed(value)],
  }),
  rollout: setting<string | undefined>({
    flags: '--rollout <name>',
    variable: 'HEADRACE_ROLLOUT',
    default: undefined,
    defaultText: "the control's registered model, else `default`",
    help: 'Name of the rollout of --split and --shadow, by which requests reach it as if it were a model',
    parse: text,
  }),
  rolloutKeyHeader: setting<string | undefined>({
    flags: '--rollout-key-header <name>',
    variable: 'HEADRACE_ROLLOUT_KEY_HEADER',
    default: undefined,
    defaultText: '`x-headrace-key`',
    help: 'Header whose value decides which variant answers: a user, a session',
    parse: headerName,
  }),
  rolloutKeyColumn: setting<string | undefined>({
    flags: '--rollout-key-column <name>',
    variable: 'HEADRACE_ROLLOUT_KEY_COLUMN',
    default: undefined,
    help: 'Input column whose first row decides it where that header is absent; where neither is there, the id of the request does',
    parse: text,
  }),
  shadowSample: setting<number | undefined>({
    flags: '--shadow-sample <percent>',
    variable: 'HEADRACE_SHADOW_SAMPLE',
    default: undefined,
    defaultText: '100',
    help: 'Percent of the requests that shadows get a copy of',
    parse: permille,
  }),
  outcomeKind: setting<'binary' | 'numeric' | undefined>({
    flags: '--outcome <kind>',
    variable: 'HEADRACE_OUTCOME',
    default: undefined,
    defaultText: 'binary',
    help: 'What applications report of an answer: binary (0 or 1) or numeric',
    parse: oneOf(['binary', 'numeric']),
  }),
  outcomeBetter: setting<'higher' | 'lower' | undefined>({
    flags: '--outcome-better <which>',
    variable: 'HEADRACE_OUTCOME_BETTER',
    default: undefined,
    defaultText: 'higher',
    help: 'Which outcomes are the better ones: higher or lower',
    parse: oneOf(['higher', 'lower']),
  }),
  guards: setting<'on' | 'off' | undefined>({
    flags: '--guards <mode>',
    variable: 'HEADRACE_GUARDS',
    default: undefined,
    defaultText: 'on',
    help: 'on: a variant that fails, is slow or answers nonsense more often than the control loses its share by itself; off: it never does',
    parse: oneOf(['on', 'off']),
  }),
  rolloutForce: setting<'auto' | 'on' | 'off'>({
    flags: '--rollout-force <mode>',
    variable: 'HEADRACE_ROLLOUT_FORCE',
    default: 'auto',
    help: 'Whether the header X-Headrace-Variant of a request chooses its variant, for testers; auto: only where --host is an address that this machine alone reaches, and of requests that no proxy has passed on',
    parse: oneOf(['auto', 'on', 'off']),
  }),
  rolloutExperiment: setting({
    flags: '--rollout-experiment <name>',
    variable: 'HEADRACE_ROLLOUT_EXPERIMENT',
    default: 'headrace-rollouts',
    help: 'Experiment of the runs that hold the histories of rollouts; made where it is not there. Empty for no histories',
    parse: text,
  }),
  outcomeKey: setting<string | undefined>({
    variable: 'HEADRACE_OUTCOME_KEY',
    default: undefined,
    defaultText: 'a random one, kept in a file of this machine',
    help: 'Secret of at least 16 characters that outcome ids are signed with, the same on all replicas',
    refusesEmptyVariable: true,
    parse: secret,
  }),
} as const

export type RolloutSettings = SettingsOf<typeof ROLLOUT_SETTINGS>

/** Shorter ones are guessed. */
const SECRET_LENGTH = 16

/** `a=90,b=10`. */
function shares(value: string): readonly VariantPlan[] {
  const variants = listed(value).map((share) => {
    const [, name, percent] = /^([^=]+?)\s*=\s*([^=]*)$/.exec(share) ?? []
    if (name === undefined || percent === undefined) {
      throw invalidParameter(`'${share}' is not a share such as a=90`)
    }
    return { name, permille: permille(percent) }
  })
  const sum = variants.reduce((total, variant) => total + variant.permille, 0)
  if (sum !== 1000) throw invalidParameter(`the shares '${value}' add up to ${sum / 10} percent, not to 100`)
  return variants
}

/** RFC 9110, section 5.6.2. In lower case. */
export function headerName(value: string): string {
  if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(value))
    throw invalidParameter(`'${value}' is no name of a header`)
  return value.toLowerCase()
}

function secret(value: string): string {
  if (value.length < SECRET_LENGTH) {
    throw invalidParameter(`it must have at least ${SECRET_LENGTH} characters, and has ${value.length}`)
  }
  return value
}
