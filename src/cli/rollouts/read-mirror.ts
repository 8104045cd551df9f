import type { MirrorPlan } from '../../rollout/rollout-plan.ts'
import type { YamlPlace } from '../yaml-place.ts'
import { DEFAULT_MIRROR } from './rollout-defaults.ts'
import { countAt, numberAt, partAt } from './yaml-number.ts'

const KEYS = [
  ...['sample-percent', 'max-concurrent', 'relative-tolerance', 'absolute-tolerance'],
  ...['kept-examples', 'keep-inputs'],
] as const
const MOST_EXAMPLES = 100
const MOST_CONCURRENT = 1000

/** `mirror` of a rollout. @throws ServingError INVALID_PARAMETER_VALUE */
export function readMirror(place: YamlPlace | undefined): MirrorPlan {
  if (place === undefined) return DEFAULT_MIRROR
  const places = place.map(KEYS)
  const read = (key: (typeof KEYS)[number], number: (at: YamlPlace) => number): number | undefined => {
    const at = places.get(key)
    return at && number(at)
  }
  const tolerance = (at: YamlPlace): number => numberAt(at, { from: 0 })
  return {
    sample: read('sample-percent', (at) => partAt(at, { from: 0, to: 100 })) ?? DEFAULT_MIRROR.sample,
    maxConcurrent:
      read('max-concurrent', (at) => countAt(at, 1, MOST_CONCURRENT)) ?? DEFAULT_MIRROR.maxConcurrent,
    relativeTolerance: read('relative-tolerance', tolerance) ?? DEFAULT_MIRROR.relativeTolerance,
    absoluteTolerance: read('absolute-tolerance', tolerance) ?? DEFAULT_MIRROR.absoluteTolerance,
    keptExamples: read('kept-examples', (at) => countAt(at, 0, MOST_EXAMPLES)) ?? DEFAULT_MIRROR.keptExamples,
    keepsInputs: places.get('keep-inputs')?.switch() ?? DEFAULT_MIRROR.keepsInputs,
  }
}
