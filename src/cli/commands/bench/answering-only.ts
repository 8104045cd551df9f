import type { Measurement } from '../../../bench/measurement.ts'
import { unavailable } from '../../../core/errors.ts'

/** @throws ServingError TEMPORARILY_UNAVAILABLE where nothing can be told of what users would see */
export function answeringOnly(measurement: Measurement): Measurement {
  if (measurement.answered > 0) return measurement
  const [kind = 'no answer'] = Object.keys(measurement.failures)
  const example = measurement.failureExamples[kind]
  throw unavailable(
    `${measurement.target} gives no right answer: ${kind}${example === undefined ? '' : ` (${example})`}`,
  )
}
