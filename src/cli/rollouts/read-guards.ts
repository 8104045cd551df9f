import type { GuardsPlan, RateGuard } from '../../rollout/rollout-plan.ts'
import type { YamlPlace } from '../yaml-place.ts'
import {
  DEFAULT_GUARDS,
  DEFAULT_OUTCOME_LOSS,
  DEFAULT_RATE_GUARD,
  DEFAULT_SLOW,
  NO_GUARDS,
} from './rollout-defaults.ts'
import { numberAt, partAt } from './yaml-number.ts'

const KEYS = ['alpha', 'errors', 'slow', 'faults', 'disagreement', 'outcome-loss'] as const
const ALLOWED = 'allowed-percent'

/** `guards` of a rollout: `on`, `off`, or a map in which each guard is one of those, or a map. @throws ServingError */
export function readGuards(place: YamlPlace | undefined): GuardsPlan {
  if (place === undefined) return DEFAULT_GUARDS
  if (place.kind !== 'map') return place.switch() ? DEFAULT_GUARDS : NO_GUARDS
  const places = place.map(KEYS)
  const alpha = places.get('alpha')
  const { errors, slow, faults, disagreement, outcomeLoss } = DEFAULT_GUARDS
  return {
    alpha: alpha ? numberAt(alpha, { above: 0, below: 0.5 }) : DEFAULT_GUARDS.alpha,
    errors: guardAt(places.get('errors'), errors, DEFAULT_RATE_GUARD, readRate),
    slow: guardAt(places.get('slow'), slow, DEFAULT_SLOW, readSlow),
    faults: guardAt(places.get('faults'), faults, DEFAULT_RATE_GUARD, readRate),
    disagreement: guardAt(places.get('disagreement'), disagreement, DEFAULT_RATE_GUARD, readRate),
    outcomeLoss: guardAt(places.get('outcome-loss'), outcomeLoss, DEFAULT_OUTCOME_LOSS, readOutcomeLoss),
  }
}

/** @param otherwise where nothing is said of it. @param standard as it is when it is only switched on. */
function guardAt<Guard extends RateGuard>(
  place: YamlPlace | undefined,
  otherwise: Guard | undefined,
  standard: Guard,
  read: (place: YamlPlace) => Guard,
): Guard | undefined {
  if (place === undefined) return otherwise
  if (place.kind === 'map') return read(place)
  return place.switch() ? standard : undefined
}

function readRate(place: YamlPlace): RateGuard {
  return { floor: floorAt(place.map([ALLOWED]).get(ALLOWED)) }
}

function readSlow(place: YamlPlace): NonNullable<GuardsPlan['slow']> {
  const places = place.map([ALLOWED, 'ratio'])
  const ratio = places.get('ratio')
  return {
    floor: floorAt(places.get(ALLOWED)),
    ratio: ratio ? numberAt(ratio, { from: 1, to: 1000 }) : DEFAULT_SLOW.ratio,
  }
}

function readOutcomeLoss(place: YamlPlace): NonNullable<GuardsPlan['outcomeLoss']> {
  const places = place.map([ALLOWED, 'after-minutes'])
  const after = places.get('after-minutes')
  return {
    floor: floorAt(places.get(ALLOWED)),
    afterSeconds: after ? numberAt(after, { above: 0 }) * 60 : DEFAULT_OUTCOME_LOSS.afterSeconds,
  }
}

function floorAt(place: YamlPlace | undefined): number {
  return place ? partAt(place, { above: 0, below: 100 }) : DEFAULT_RATE_GUARD.floor
}
