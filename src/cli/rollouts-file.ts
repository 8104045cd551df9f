import type { RolloutPlan, StickyKeyPlan } from '../rollout/rollout-plan.ts'
import { openModelsDocument } from './models-document.ts'
import { headerName } from './rollout-settings.ts'
import { readCanary } from './rollouts/read-canary.ts'
import { readGuards } from './rollouts/read-guards.ts'
import { readMirror } from './rollouts/read-mirror.ts'
import { readOutcome } from './rollouts/read-outcome.ts'
import { atFirstStep, readVariants } from './rollouts/read-variants.ts'
import { DEFAULT_STICKY_KEY } from './rollouts/rollout-defaults.ts'
import type { RolloutNames } from './rollouts/rollout-names.ts'
import type { YamlPlace } from './yaml-place.ts'

const KEYS = [
  ...['name', 'variants', 'shadows', 'key', 'canary', 'outcome', 'guards', 'mirror', 'force'],
] as const

/**
 * Reads `rollouts` of the file of `--models-file`; none where it has none.
 * @param names where the names of models and of other rollouts are known.
 * @param canForce where the file does not say.
 * @throws ServingError INVALID_PARAMETER_VALUE, with the line and the key.
 */
export async function readRolloutsFile(
  file: string,
  names: RolloutNames,
  canForce: RolloutPlan['canForce'],
): Promise<readonly RolloutPlan[]> {
  const { rollouts } = await openModelsDocument(file)
  return rollouts?.list().map((place) => readRollout(place, names, canForce)) ?? []
}

function readRollout(place: YamlPlace, names: RolloutNames, canForce: RolloutPlan['canForce']): RolloutPlan {
  const places = place.map(KEYS)
  const shares = places.get('variants')
  if (shares === undefined) throw place.failure("the key 'variants' is needed")
  const variants = readVariants(shares, names)
  const canaryPlace = places.get('canary')
  const canary = canaryPlace && readCanary(canaryPlace, variants)
  return {
    name: readName(places.get('name'), place, names.defaultFor(variants[0]?.name ?? ''), names),
    variants: atFirstStep(variants, canary, shares),
    shadows: readShadows(places.get('shadows'), names),
    stickyKey: readStickyKey(places.get('key')),
    canary,
    outcome: readOutcome(places.get('outcome')),
    guards: readGuards(places.get('guards')),
    mirror: readMirror(places.get('mirror')),
    canForce: places.get('force')?.switch() ?? canForce,
  }
}

function readName(
  given: YamlPlace | undefined,
  rollout: YamlPlace,
  otherwise: string,
  names: RolloutNames,
): string {
  const name = given?.text() ?? otherwise
  names.takeRollout(name, (problem) => {
    return given === undefined
      ? rollout.failure(`${problem}: give it one by the key 'name'`)
      : given.failure(problem)
  })
  return name
}

function readShadows(place: YamlPlace | undefined, names: RolloutNames): readonly string[] {
  const shadows = new Set<string>()
  for (const at of place?.list() ?? []) {
    const name = at.text()
    if (shadows.has(name)) throw at.failure(`'${name}' is there twice`)
    names.takeShadow(name, (problem) => at.failure(problem))
    shadows.add(name)
  }
  return [...shadows]
}

function readStickyKey(place: YamlPlace | undefined): StickyKeyPlan {
  if (place === undefined) return DEFAULT_STICKY_KEY
  const places = place.map(['header', 'column'])
  return {
    header: places.get('header')?.parsed(headerName) ?? DEFAULT_STICKY_KEY.header,
    column: places.get('column')?.text(),
  }
}
