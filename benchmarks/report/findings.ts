import type { LargestRate, OpenLoad } from '../contest/result.ts'
import { figure, megabytes, milliseconds } from './figures-text.ts'
import type { Measured } from './measured.ts'
import { busiest, type LoadFigures, rateOf, type Standing } from './standing.ts'
import type { Finding } from './target.ts'

/** Ways to a figure of a target. Each gives undefined where a part of it was not measured. */

export const OURS = 'headrace:tuned'
const NATIVE = 'furnace'

/** Requests a second at the most connections, as so many times the other's. */
export function rateRatio(ours: Standing | undefined, other: Standing | undefined): Finding | undefined {
  const [own, others] = [ours && busiest(ours), other && busiest(other)]
  if (ours === undefined || other === undefined || own === undefined || others === undefined) return undefined
  return {
    value: rateOf(ours) / rateOf(other),
    from: `${figure(rateOf(ours))} / ${figure(rateOf(other))} a second (${other.name})`,
    disturbed: own.disturbed || others.disturbed,
  }
}

/** Of the largest rates that were found in open loops, as so many times that of the peer's best configuration. */
export function largestRateRatio(measured: Measured, scenario: string, peer: string): Finding | undefined {
  const own = measured.one(scenario, OURS)?.largestRate
  const others = measured.sought(scenario, peer).flatMap(({ name, largestRate }) => {
    return largestRate === undefined ? [] : [{ name, rate: atMost(largestRate) }]
  })
  const best = others.toSorted((one, other) => other.rate - one.rate)[0]
  if (own === undefined || best === undefined) return undefined
  const mark = own.bound === 'generator' ? '≥ ' : ''
  return {
    value: own.perSecond / best.rate,
    from: `${mark}${figure(own.perSecond)} / ${figure(best.rate)} a second (${best.name})`,
    disturbed: false,
  }
}

/** Where even the smallest rate failed, that one, which is more than it can do. */
function atMost({ perSecond, steps }: LargestRate): number {
  return perSecond > 0 ? perSecond : Math.min(...steps.map(({ rate }) => rate))
}

/** Of Headrace with so many connections. */
export function ofLoad(
  measured: Measured,
  scenario: string,
  connections: number,
  told: (load: LoadFigures) => Pick<Finding, 'value' | 'from'>,
): Finding | undefined {
  const loads = measured.one(scenario, OURS)?.loads ?? []
  const load = loads.find((one) => one.connections === connections)
  return load && { ...told(load), disturbed: load.disturbed }
}

/** p99 in milliseconds at half of Headrace's own largest rate. */
export function p99AtHalf(measured: Measured, scenario: string): Finding | undefined {
  const largest = measured.one(scenario, OURS)?.largestRate
  const load = largest && bestAt(measured.halfLoads(scenario, OURS), Math.round(largest.perSecond / 2))
  if (load === undefined) return undefined
  return {
    value: load.p99Us === null ? Number.POSITIVE_INFINITY : load.p99Us / 1000,
    from: `${figure(load.rate)} a second`,
    disturbed: load.disturbed,
  }
}

/** p99 at half of the largest rate of the native front, as so many times that front's own p99. */
export function p99AtNativeHalf(measured: Measured, scenario: string): Finding | undefined {
  const name = `${NATIVE}:tuned`
  const largest = measured.one(scenario, name)?.largestRate
  if (largest === undefined) return undefined
  const rate = Math.round(largest.perSecond / 2)
  const own = bestAt(measured.halfLoads(scenario, OURS), rate)
  const other = bestAt(measured.halfLoads(scenario, name), rate)
  if (own === undefined || other === undefined) return undefined
  const [ownUs, otherUs] = [own, other].map(({ p99Us }) => p99Us ?? Number.POSITIVE_INFINITY)
  return {
    value: (ownUs ?? Number.NaN) / (otherUs ?? Number.NaN),
    from: `${milliseconds(ownUs ?? Number.NaN)} / ${milliseconds(otherUs ?? Number.NaN)} ms at ${figure(rate)} a second`,
    disturbed: own.disturbed || other.disturbed,
  }
}

/** Of several tries at a rate the best, since others on the machine can only make it worse. */
function bestAt(loads: readonly OpenLoad[], rate: number): OpenLoad | undefined {
  const same = loads.filter((load) => load.rate === rate)
  const p99 = ({ p99Us }: OpenLoad): number => p99Us ?? Number.POSITIVE_INFINITY
  return same.toSorted((one, other) => p99(one) - p99(other))[0]
}

export function columnGrowth({ growth }: Measured): Finding | undefined {
  if (growth === undefined) return undefined
  const { p50Us100, p50Us1000 } = growth.columns
  return {
    value: p50Us1000 / p50Us100,
    from: `${milliseconds(p50Us1000)} / ${milliseconds(p50Us100)} ms, p50 of one connection`,
    disturbed: false,
  }
}

export function memoryOfModels({ growth }: Measured): Finding | undefined {
  if (growth === undefined) return undefined
  const { residentBytes } = growth.models
  return { value: residentBytes / 1e6, from: `${megabytes(residentBytes)} MB resident`, disturbed: false }
}

export function rateBesideModels({ growth }: Measured): Finding | undefined {
  if (growth === undefined) return undefined
  const { perSecondBesideOthers, perSecondAlone } = growth.models
  return {
    value: perSecondBesideOthers / perSecondAlone,
    from: `${figure(perSecondBesideOthers)} / ${figure(perSecondAlone)} a second`,
    disturbed: false,
  }
}
