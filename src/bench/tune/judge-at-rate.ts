import { Latencies } from '../latencies.ts'
import type { Measurement } from '../measurement.ts'
import { judgeLimit, type LimitCounts, type LimitVerdict } from '../search/latency-limit.ts'
import type { SideBySide } from './tuning.ts'

/** With which MLPerf Inference judges latencies. */
const CONFIDENCE = 0.99

/** Of fewer no sign test proves anything. */
const LEAST_ROUNDS = 8

const WORDS: Readonly<Record<LimitVerdict, string>> = {
  within: 'keeps the limit',
  beyond: 'does not keep the limit',
  undecided: 'is not proved to keep the limit',
}

export interface AtRate {
  readonly p99Ms: number
  readonly ratePerSecond: number
  /** Of the settings that were found. */
  readonly words: string
}

/**
 * Both sides had the same open load. The other one is better where it is proved to keep the limit, the default is not, and
 * fewer of its requests were late in all rounds but one at most. Of two sides that are equally good that is so in one of 28
 * runs of eight rounds at most, however much requests depend on those that wait before them (the sign test): the default wins ties.
 */
export async function judgeAtRate(
  { standard, found }: SideBySide,
  { p99Ms, ratePerSecond, words }: AtRate,
): Promise<{ readonly better: boolean; readonly reason: string }> {
  const [ofDefault, ofFound] = await Promise.all([sideOf(standard, p99Ms), sideOf(found, p99Ms)])
  const fewerLate = ofFound.rounds.filter((round, index) => isFewer(round, ofDefault.rounds[index])).length
  const reason =
    `At ${Math.round(ratePerSecond)} requests a second ${words} ${WORDS[ofFound.verdict]} of ${p99Ms} ms ` +
    `(${figures(ofFound)}), and the default ${WORDS[ofDefault.verdict]} (${figures(ofDefault)}); ` +
    `in ${fewerLate} of ${found.length} rounds, in turn, fewer of its requests were late.`
  const isProved = ofFound.verdict === 'within' && ofDefault.verdict !== 'within'
  return { better: isProved && found.length >= LEAST_ROUNDS && fewerLate >= found.length - 1, reason }
}

interface JudgedSide {
  readonly verdict: LimitVerdict
  readonly p99Ms: number
  readonly all: LimitCounts
  readonly rounds: readonly LimitCounts[]
}

async function sideOf(measurements: readonly Measurement[], milliseconds: number): Promise<JudgedSide> {
  const rounds = await Promise.all(measurements.map((each) => countsOf(each, milliseconds)))
  const all = rounds.reduce(
    (sum, { requests, over }) => ({ requests: sum.requests + requests, over: sum.over + over }),
    { requests: 0, over: 0 },
  )
  const latencies = await Latencies.merge(measurements.map(({ histogram }) => histogram))
  const verdict = judgeLimit(all, { percentile: 99, milliseconds, confidence: CONFIDENCE })
  return { verdict, p99Ms: latencies.percentileMs(99), all, rounds }
}

/** Failures count as over the limit: who got no right answer still waits for one. */
async function countsOf(
  { histogram, offered, answered }: Measurement,
  milliseconds: number,
): Promise<LimitCounts> {
  const latencies = await Latencies.merge([histogram])
  return { requests: offered, over: offered - answered + latencies.countAbove(milliseconds) }
}

function isFewer(one: LimitCounts, other: LimitCounts | undefined): boolean {
  return other !== undefined && shareOver(one) < shareOver(other)
}

/** Where nothing arrived nothing is shown. */
function shareOver({ requests, over }: LimitCounts): number {
  return requests === 0 ? 1 : over / requests
}

function figures({ p99Ms, all }: JudgedSide): string {
  const percent = 100 * shareOver(all)
  return `p99 ${p99Ms.toFixed(1)} ms, ${percent === 0 || percent >= 0.1 ? percent.toFixed(1) : '<0.1'} % late`
}
