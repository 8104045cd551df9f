import { isRecord } from '../core/record.ts'
import { JsonFields } from './json-fields.ts'
import type {
  CanaryView,
  ComparisonView,
  GuardView,
  HistoryPoint,
  RolloutView,
  ShadowView,
  VariantView,
} from './rollout-view.ts'

/**
 * A view as `GET /rollouts/NAME` answers it, ready for JSON.stringify: names in snake case, times in milliseconds since 1970,
 * nothing where a value is not known (null within lists, whose places count). Infinities become the largest number.
 */
export function rolloutViewJson(view: RolloutView): Readonly<Record<string, unknown>> {
  return fieldsJson(view)
}

/**
 * Reads what `rolloutViewJson` made; fields that it does not know are passed over.
 * @throws ServingError INVALID_STATE where something is missing or of another type, with its place
 */
export function readRolloutView(value: unknown): RolloutView {
  const fields = new JsonFields(value, 'rollout')
  const sampleRatio = fields.object('sample_ratio')
  const assignment = fields.object('assignment')
  return {
    name: fields.text('name'),
    id: fields.text('id'),
    phase: fields.oneOf('phase', ['running', 'promoted', 'aborted', 'rolled-back']),
    cause: fields.text('cause'),
    epoch: fields.number('epoch'),
    step: fields.number('step'),
    startedAt: fields.number('started_at'),
    changedAt: fields.number('changed_at'),
    variants: fields.list('variants', readVariant),
    shadows: fields.list('shadows', readShadow),
    canary: fields.optional('canary', (of, name) => readCanary(of.object(name))),
    guards: fields.list('guards', readGuard),
    comparisons: fields.list('comparisons', readComparison),
    sampleRatio: { alarm: sampleRatio.flag('alarm'), eValue: sampleRatio.number('e_value') },
    assignment: { seed: assignment.text('seed'), slots: assignment.list('slots', readSlot) },
    outcomeKind: fields.oneOf('outcome_kind', ['binary', 'numeric']),
    runId: fields.optional('run_id', (of, name) => of.text(name)),
    history: fields.list('history', readPoint),
    decision: fields.text('decision'),
  }
}

function fieldsJson(fields: object): Readonly<Record<string, unknown>> {
  const known = Object.entries(fields).filter(([, value]) => value !== undefined && !Number.isNaN(value))
  return Object.fromEntries(known.map(([name, value]) => [snakeCase(name), valueJson(value)]))
}

function valueJson(value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item: unknown) => (item === undefined ? null : valueJson(item)))
  if (isRecord(value)) return fieldsJson(value)
  if (typeof value !== 'number') return value
  return Math.max(-Number.MAX_VALUE, Math.min(value, Number.MAX_VALUE))
}

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}

function readVariant(fields: JsonFields): VariantView {
  return {
    name: fields.text('name'),
    modelUri: fields.text('model_uri'),
    modelVersion: fields.text('model_version'),
    isControl: fields.flag('is_control'),
    permille: fields.number('permille'),
    requests: fields.number('requests'),
    keys: fields.number('keys'),
    errors: fields.number('errors'),
    faults: fields.number('faults'),
    latencyMs: fields.optional('latency_ms', readLatency),
    outcomes: fields.number('outcomes'),
    outcomeMean: optionalNumber(fields, 'outcome_mean'),
  }
}

function readShadow(fields: JsonFields): ShadowView {
  return {
    name: fields.text('name'),
    compared: fields.number('compared'),
    differing: fields.number('differing'),
    failed: fields.number('failed'),
    dropped: fields.number('dropped'),
    tooLarge: fields.number('too_large'),
    latencyMs: fields.optional('latency_ms', readLatency),
    outputs: fields.list('outputs', (output) => ({
      output: output.text('output'),
      largestExcess: optionalNumber(output, 'largest_excess'),
      differentElements: output.number('different_elements'),
      elements: output.number('elements'),
      differentLabels: optionalNumber(output, 'different_labels'),
      labelRows: optionalNumber(output, 'label_rows'),
    })),
    examples: fields.texts('examples'),
  }
}

function readCanary(fields: JsonFields): CanaryView {
  return {
    variant: fields.text('variant'),
    step: fields.number('step'),
    steps: fields.list('steps', (step) => ({
      permille: step.number('permille'),
      minKeys: step.number('min_keys'),
      minSeconds: step.number('min_seconds'),
    })),
    keysInStep: fields.number('keys_in_step'),
    secondsInStep: fields.number('seconds_in_step'),
    waitsFor: fields.text('waits_for'),
  }
}

function readGuard(fields: JsonFields): GuardView {
  const stopsAt = optionalNumber(fields, 'stops_at')
  return {
    variant: fields.text('variant'),
    guard: fields.oneOf('guard', ['errors', 'slow', 'faults', 'disagreement', 'outcome-loss']),
    events: fields.number('events'),
    requests: fields.number('requests'),
    allowedRate: fields.number('allowed_rate'),
    eValue: fields.number('e_value'),
    ...(stopsAt === undefined ? {} : { stopsAt }),
    tripped: fields.flag('tripped'),
  }
}

function readComparison(fields: JsonFields): ComparisonView {
  return {
    variant: fields.text('variant'),
    controlMean: optionalNumber(fields, 'control_mean'),
    variantMean: optionalNumber(fields, 'variant_mean'),
    difference: optionalNumber(fields, 'difference'),
    interval: fields.optional('interval', (of, name) => readInterval(of.object(name))),
    confidence: fields.number('confidence'),
    verdict: fields.oneOf('verdict', [
      'keep-looking',
      'control-better',
      'variant-better',
      'no-difference-worth-having',
    ]),
    controlKeys: fields.number('control_keys'),
    variantKeys: fields.number('variant_keys'),
    eValue: optionalNumber(fields, 'e_value'),
    outcomesToGo: optionalNumber(fields, 'outcomes_to_go'),
    sentence: fields.text('sentence'),
  }
}

function readSlot(fields: JsonFields): RolloutView['assignment']['slots'][number] {
  return { end: fields.number('end'), variant: fields.text('variant') }
}

function readPoint(fields: JsonFields): HistoryPoint {
  return {
    at: fields.number('at'),
    step: fields.number('step'),
    variants: fields.list('variants', (variant) => ({
      permille: variant.number('permille'),
      requests: variant.number('requests'),
      errors: variant.number('errors'),
      p99Ms: optionalNumber(variant, 'p99_ms'),
      outcomes: variant.number('outcomes'),
      mean: optionalNumber(variant, 'mean'),
    })),
    intervals: fields.sparseList('intervals', readInterval),
  }
}

function readLatency(fields: JsonFields, name: string): { readonly p50: number; readonly p99: number } {
  const latency = fields.object(name)
  return { p50: latency.number('p50'), p99: latency.number('p99') }
}

function readInterval(fields: JsonFields): { readonly low: number; readonly high: number } {
  return { low: fields.number('low'), high: fields.number('high') }
}

function optionalNumber(fields: JsonFields, name: string): number | undefined {
  return fields.optional(name, () => fields.number(name))
}
