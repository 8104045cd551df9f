import { Latencies } from '../latencies.ts'
import type { CurvePoint } from './bench-report.ts'

const STEPS_A_DECADE = 12

/**
 * Percentiles at even steps of the logarithm of what is left above them, 1 / (1 - p), as HDR histograms are drawn: 0, 50,
 * 90, 99, 99.9 per cent are about equally far from each other. It ends where a single request is left.
 * @param histogram of `Measurement`
 */
export async function percentileCurve(histogram: string): Promise<readonly CurvePoint[]> {
  const latencies = await Latencies.merge([histogram])
  const decades = latencies.count === 0 ? 0 : Math.log10(latencies.count)
  return Array.from({ length: Math.floor(decades * STEPS_A_DECADE) + 1 }, (_, step) => {
    const percentile = 100 * (1 - 10 ** (-step / STEPS_A_DECADE))
    return { percentile, milliseconds: latencies.percentileMs(percentile) }
  })
}
