import { millisecondsText, percentText } from '../../page/number-texts.ts'
import type { Measurement } from '../measurement.ts'
import type { TargetReport } from './bench-report.ts'

/** Of the generator's busiest thread: above it its own times are no longer to be trusted. */
const BUSY = 0.85
/** Below so many requests the 99th percentile is one of the ten longest. */
const FEW = 1000

/** What a reader has to know before any figure: the worst first. */
export function warningsOf(targets: readonly TargetReport[], stopped: boolean): readonly string[] {
  const several = targets.length > 1
  const ofTargets = targets.flatMap((each) =>
    ofTarget(each).map((text) =>
      several || each.chief === undefined ? `${each.target.name}: ${text}` : text,
    ),
  )
  return [...(stopped ? ['It was stopped before all was measured.'] : []), ...ofTargets]
}

/** A search that finds no rate says so itself. */
function ofTarget({ chief, max }: TargetReport): readonly string[] {
  if (chief !== undefined) return ofMeasurement(chief)
  return max === undefined ? ['the load that was asked for was not measured.'] : []
}

function ofMeasurement(measurement: Measurement): readonly string[] {
  const { valid, faults, offered, answered, generator, latencyMs } = measurement
  return [
    ...(valid ? [] : [`This run is invalid: ${faults.join('; ') || 'the load was not what it was to be'}.`]),
    ...(offered > answered ? [failuresText(measurement)] : []),
    ...(generator.busyShare > BUSY && valid
      ? [
          `The generator's busiest thread had work ${percentText(generator.busyShare)} of the time: more threads may show shorter latencies.`,
        ]
      : []),
    ...(generator.waited > 0
      ? [
          `${generator.waited} requests waited for a connection, ${millisecondsText(latencyMs.max)} at most in all.`,
        ]
      : []),
    ...(answered > 0 && offered < FEW
      ? [
          `Of ${offered} requests the 99th percentile is ${amongLongest(Math.ceil(offered / 100))}: measure longer.`,
        ]
      : []),
  ]
}

function amongLongest(count: number): string {
  return count <= 1 ? 'the longest' : `one of the ${count} longest`
}

function failuresText({ offered, answered, failures, failureExamples }: Measurement): string {
  const kinds = Object.entries(failures).toSorted(([, a], [, b]) => b - a)
  const [worst] = kinds
  const example = worst === undefined ? undefined : failureExamples[worst[0]]
  const list = kinds.map(([kind, count]) => `${count} x ${kind}`).join(', ')
  return `${percentText((offered - answered) / offered)} of the requests had no right answer (${list})${example === undefined ? '' : `, such as: ${example}`}`
}
