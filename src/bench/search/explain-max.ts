import { millisecondsText, numberText, percentText } from '../../page/number-texts.ts'
import type { FoundMax } from './found-max.ts'
import type { LatencyLimit } from './latency-limit.ts'
import type { TriedRates } from './tried-rates.ts'

/** What was found, for a person. */
export function explainMax(found: Omit<FoundMax, 'explanation'>, tried: TriedRates): string {
  const { ratePerSecond, limit } = found
  if (ratePerSecond === 0) return `No rate that was tried has ${limitText(limit)}.`
  return [
    `${numberText(ratePerSecond)} requests a second have ${limitText(limit)}: ${surety(found, tried)}.`,
    bound(found),
    ...unsteady(ratePerSecond, tried),
  ].join(' ')
}

/** 99 % within 20 ms. */
export function limitText({ percentile, milliseconds }: LatencyLimit): string {
  return `${percentText(percentile / 100)} within ${millisecondsText(milliseconds)}`
}

function surety(
  { ratePerSecond, limit, confirmed }: Omit<FoundMax, 'explanation'>,
  tried: TriedRates,
): string {
  if (!confirmed) return 'found, but not confirmed by a second measurement'
  const loads = tried.at(ratePerSecond, 'confirmation').length
  return `confirmed by ${loads} further ${loads === 1 ? 'load' : 'loads'} with ${percentText(limit.confidence)} confidence`
}

function bound({ interval, boundBy }: Omit<FoundMax, 'explanation'>): string {
  if (boundBy === 'generator') return 'More could not be sent in time from here: the server may do more.'
  if (interval.high === undefined) return 'No higher rate was proved to be too much.'
  return `${numberText(interval.high)} are too many.`
}

function unsteady(rate: number, tried: TriedRates): readonly string[] {
  const [loads, kept] = [tried.at(rate).length, tried.kept(rate)]
  if (kept === loads) return []
  return [`The machine was not steady: of ${loads} loads at this rate ${loads - kept} were beyond the limit.`]
}
