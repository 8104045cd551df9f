import type {
  ComparisonView,
  RolloutView,
  ShadowView,
  VariantView,
} from '../../../../../rollout/rollout-view.ts'
import { keyPart, type MetricValues } from '../../track/traffic-metrics.ts'

type Figure = readonly [name: string, value: number | undefined]

/** How a rollout stands, as metrics of its run: `b/requests`, `b/difference_low`; what is not known yet is left out. */
export function viewMetrics(view: RolloutView): MetricValues {
  const values = new Map<string, number>()
  const add = (name: string, figures: readonly Figure[]): void => {
    for (const [key, value] of figures) {
      if (value !== undefined && Number.isFinite(value)) values.set(`${keyPart(name)}/${key}`, value)
    }
  }
  for (const variant of view.variants) add(variant.name, ofVariant(variant))
  for (const comparison of view.comparisons) add(comparison.variant, ofComparison(comparison))
  for (const shadow of view.shadows) add(shadow.name, ofShadow(shadow))
  values.set('step', view.step)
  return values
}

function ofVariant(variant: VariantView): readonly Figure[] {
  const { permille, requests, keys, errors, faults, latencyMs, outcomes, outcomeMean } = variant
  return [
    ['percent', permille / 10],
    ['requests', requests],
    ['keys', keys],
    ['errors', errors],
    ['faults', faults],
    ['latency_p50_ms', latencyMs?.p50],
    ['latency_p99_ms', latencyMs?.p99],
    ['outcomes', outcomes],
    ['outcome_mean', outcomeMean],
  ]
}

function ofComparison({ difference, interval }: ComparisonView): readonly Figure[] {
  return [
    ['difference', difference],
    ['difference_low', interval?.low],
    ['difference_high', interval?.high],
  ]
}

function ofShadow({
  compared,
  differing,
  failed,
  dropped,
  tooLarge,
  latencyMs,
}: ShadowView): readonly Figure[] {
  return [
    ['compared', compared],
    ['differing', differing],
    ['failed', failed],
    ['dropped', dropped],
    ['too_large', tooLarge],
    ['latency_p50_ms', latencyMs?.p50],
    ['latency_p99_ms', latencyMs?.p99],
  ]
}
