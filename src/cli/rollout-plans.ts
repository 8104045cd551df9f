import { isLoopback } from '../core/loopback.ts'
import type { RolloutPlan, VariantPlan } from '../rollout/rollout-plan.ts'
import type { ModelPlan } from '../runtime/model-plan.ts'
import type { ServeSettings } from './config.ts'
import { ROLLOUT_SETTINGS, type RolloutSettings } from './rollout-settings.ts'
import {
  DEFAULT_GUARDS,
  DEFAULT_MIRROR,
  DEFAULT_OUTCOME,
  DEFAULT_STICKY_KEY,
  NO_GUARDS,
} from './rollouts/rollout-defaults.ts'
import { expectFewVariants, RolloutNames } from './rollouts/rollout-names.ts'
import { usageError } from './usage-error.ts'

type PlanSettings = RolloutSettings & Pick<ServeSettings, 'host' | 'modelsFile'>

/** What says more of the rollout of `--split` and `--shadow`, and nothing without it. */
const OF_FLAGS = [
  ...(['rollout', 'rolloutKeyHeader', 'rolloutKeyColumn', 'shadowSample', 'outcomeKind'] as const),
  ...(['outcomeBetter', 'guards'] as const),
] as const

/**
 * The rollouts that a server starts with: that of the flags first, then those of the models file.
 * @param plans of all models that the server starts with, as `modelPlans` gives them.
 * @throws ServingError INVALID_PARAMETER_VALUE
 */
export async function rolloutPlans(
  settings: PlanSettings,
  plans: readonly ModelPlan[],
): Promise<readonly RolloutPlan[]> {
  const names = new RolloutNames(plans)
  const canForce = whoCanForce(settings)
  const flagged = rolloutOfFlags(settings, names, canForce)
  if (settings.modelsFile === undefined) return flagged
  const { readRolloutsFile } = await import('./rollouts-file.ts')
  return [...flagged, ...(await readRolloutsFile(settings.modelsFile, names, canForce))]
}

/** `auto`: where this machine alone reaches the server, its programs. */
function whoCanForce({ rolloutForce, host }: PlanSettings): RolloutPlan['canForce'] {
  if (rolloutForce !== 'auto') return rolloutForce === 'on'
  return isLoopback(host) && 'local'
}

/** None or one. */
function rolloutOfFlags(
  settings: PlanSettings,
  names: RolloutNames,
  canForce: RolloutPlan['canForce'],
): readonly RolloutPlan[] {
  if (settings.split === undefined && settings.shadow.length === 0) {
    expectNothingMore(settings)
    return []
  }
  const shadows = [...new Set(settings.shadow)]
  const variants = settings.split ?? [{ name: controlBeside(shadows, names), permille: 1000 }]
  takeModels(variants, shadows, names, settings.split === undefined ? '--shadow' : '--split')
  const { rolloutKeyHeader, rolloutKeyColumn, shadowSample, outcomeKind, outcomeBetter, guards } = settings
  return [
    {
      name: nameOf(settings, variants, names),
      variants,
      shadows,
      stickyKey: { header: rolloutKeyHeader ?? DEFAULT_STICKY_KEY.header, column: rolloutKeyColumn },
      canary: undefined,
      outcome: {
        ...DEFAULT_OUTCOME,
        kind: outcomeKind ?? DEFAULT_OUTCOME.kind,
        better: outcomeBetter ?? DEFAULT_OUTCOME.better,
      },
      guards: guards === 'off' ? NO_GUARDS : DEFAULT_GUARDS,
      mirror: {
        ...DEFAULT_MIRROR,
        sample: shadowSample === undefined ? DEFAULT_MIRROR.sample : shadowSample / 1000,
      },
      canForce,
    },
  ]
}

function expectNothingMore(settings: PlanSettings): void {
  const said = OF_FLAGS.find((key) => settings[key] !== undefined)
  if (said === undefined) return
  throw usageError(
    `${flagOf(ROLLOUT_SETTINGS[said].flags)} is about the rollout of --split or --shadow, and there is neither; ` +
      'a rollout of the models file has keys of its own',
  )
}

function flagOf(flags: string | undefined): string {
  return flags?.split(' ', 1)[0] ?? ''
}

/** Who answers where only shadows are named. */
function controlBeside(shadows: readonly string[], names: RolloutNames): string {
  const control = names.firstBut(shadows)
  if (control !== undefined) return control
  throw usageError(
    '--shadow: requests are copied from the first model that is no shadow, and there is none with a name: -m NAME=URI',
  )
}

function takeModels(
  variants: readonly VariantPlan[],
  shadows: readonly string[],
  names: RolloutNames,
  flag: string,
): void {
  const failure = (problem: string): Error => usageError(`${flag}: ${problem}`)
  for (const { name } of variants) names.takeVariant(name, failure)
  for (const name of shadows) names.takeShadow(name, (problem) => usageError(`--shadow: ${problem}`))
  expectFewVariants(
    variants.map(({ name }) => name),
    failure,
  )
}

function nameOf({ rollout }: PlanSettings, variants: readonly VariantPlan[], names: RolloutNames): string {
  const name = rollout ?? names.defaultFor(variants[0]?.name ?? '')
  names.takeRollout(name, (problem) => {
    return usageError(rollout === undefined ? `${problem}: --rollout NAME` : `--rollout: ${problem}`)
  })
  return name
}
