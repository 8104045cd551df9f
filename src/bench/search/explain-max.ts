import { countText, millisecondsText, numberText, percentText } from '../../page/number-texts.ts'
import type { FoundMax } from './found-max.ts'
import { fewestForProof, type LatencyLimit } from './latency-limit.ts'
import type { TriedRates } from './tried-rates.ts'

/** What was found, for a person. */
export function explainMax(found: Omit<FoundMax, 'explanation'>, tried: TriedRates): string {
  const { ratePerSecond, limit } = found
  if (ratePerSecond === 0) return noRate(found, tried)
  return [
    `${numberText(ratePerSecond)} requests a second have ${limitText(limit)}: ${surety(found, tried)}.`,
    bound(found),
    ...unsteady(ratePerSecond, tried),
  ].join(' ')
}

/** Why there is none: the server is too slow, or too little was measured to tell. */
function noRate({ limit, boundBy }: Omit<FoundMax, 'explanation'>, tried: TriedRates): string {
  const rate = tried.lowest
  if (boundBy === 'generator')
    return `No rate could be judged: not even ${numberText(rate)} requests a second could be sent in time from here, so that nothing is known of the server.`
  const { requests, over } = tried.counts(rate)
  const shown = `at ${numberText(rate)} requests a second, the lowest rate, ${countText(over)} of ${countText(requests)} did not have it`
  if (tried.verdict(rate) !== 'undecided') return `No rate that was tried has ${limitText(limit)}: ${shown}.`
  return [
    `No rate is proved to have ${limitText(limit)}: ${shown}.`,
    `That takes ${countText(fewestForProof(limit))} requests at one rate of which none is over the limit, or more: let each load last longer.`,
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

function bound({ interval: { low, high }, boundBy }: Omit<FoundMax, 'explanation'>): string {
  if (boundBy === 'generator') return 'More could not be sent in time from here: the server may do more.'
  if (low === 0 && high === undefined)
    return 'This search was too short to bound it with 95\u00a0% confidence.'
  if (high === undefined)
    return `It is at least ${numberText(low)} with 95\u00a0% confidence; no rate was proved to be too much.`
  if (low === 0)
    return `${numberText(high)} are too many with 95\u00a0% confidence; below, nothing was proved.`
  return `The largest one is between ${numberText(low)} and ${numberText(high)} with 95\u00a0% confidence.`
}

function unsteady(rate: number, tried: TriedRates): readonly string[] {
  const [loads, kept] = [tried.at(rate).length, tried.kept(rate)]
  if (kept === loads) return []
  return [`The machine was not steady: of ${loads} loads at this rate ${loads - kept} were beyond the limit.`]
}
