import { Latencies } from '../latencies.ts'
import type { Measurement } from '../measurement.ts'
import { judgeLimit, type LimitVerdict } from '../search/latency-limit.ts'
import type { SideBySide } from './tuning.ts'

/** With which MLPerf Inference judges latencies. */
const CONFIDENCE = 0.99

const WORDS: Readonly<Record<LimitVerdict, string>> = {
  within: 'keeps the limit',
  beyond: 'does not keep the limit',
  undecided: 'is not proved to keep the limit',
}

/**
 * Both sides had the same open load: the other one is better where it is proved to keep the limit, and the default is not.
 * At a rate that both can bear there is nothing to choose.
 */
export async function judgeAtRate(
  { standard, found }: SideBySide,
  {
    p99Ms,
    ratePerSecond,
    words,
  }: { readonly p99Ms: number; readonly ratePerSecond: number; readonly words: string },
): Promise<{ readonly better: boolean; readonly reason: string }> {
  const [ofDefault, ofFound] = await Promise.all([verdictOf(standard, p99Ms), verdictOf(found, p99Ms)])
  const reason =
    `At ${Math.round(ratePerSecond)} requests a second ${words} ${WORDS[ofFound.verdict]} of ${p99Ms} ms ` +
    `(p99 ${ofFound.p99Ms.toFixed(1)} ms), and the default ${WORDS[ofDefault.verdict]} (p99 ${ofDefault.p99Ms.toFixed(1)} ms), ` +
    `in ${found.length} rounds each, in turn.`
  return { better: ofFound.verdict === 'within' && ofDefault.verdict !== 'within', reason }
}

async function verdictOf(
  rounds: readonly Measurement[],
  milliseconds: number,
): Promise<{ readonly verdict: LimitVerdict; readonly p99Ms: number }> {
  const latencies = await Latencies.merge(rounds.map(({ histogram }) => histogram))
  const requests = rounds.reduce((sum, { offered }) => sum + offered, 0)
  const over = requests - latencies.count + latencies.countAbove(milliseconds)
  const verdict = judgeLimit({ requests, over }, { percentile: 99, milliseconds, confidence: CONFIDENCE })
  return { verdict, p99Ms: latencies.percentileMs(99) }
}
