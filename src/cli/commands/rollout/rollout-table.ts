import { printable } from '../../../core/printable.ts'
import type {
  CanaryView,
  ComparisonView,
  GuardView,
  RolloutView,
  ShadowView,
  VariantView,
} from '../../../rollout/rollout-view.ts'
import { table, time } from '../../output.ts'
import { facts } from '../../tracking/print-entity.ts'

/** A rollout for a terminal: what is decided, and a table for each thing that led to it. */
export function rolloutTable(view: RolloutView): string {
  const control = view.variants.find(({ isControl }) => isControl)?.name ?? 'the control'
  return [
    printable(view.decision),
    facts(headFacts(view)),
    variantTable(view),
    ...(view.comparisons.length === 0 ? [] : [comparisonTable(view, control) + stepsNote(view)]),
    ...(view.shadows.length === 0 ? [] : [shadowTable(view.shadows)]),
    ...(view.shadows.some(({ outputs }) => outputs.length > 0) ? [outputTable(view.shadows)] : []),
    ...(view.guards.length === 0 ? [] : [guardTable(view.guards)]),
  ].join('\n\n')
}

type Facts = readonly (readonly [string, string])[]

function headFacts(view: RolloutView): Facts {
  const { name, phase, cause, step, epoch, canary, sampleRatio, runId } = view
  return [
    ['name', name],
    ['phase', cause === '' ? phase : `${phase}: ${cause}`],
    ['step', `${step} (epoch ${epoch})`],
    ['started', `${time(view.startedAt)} UTC`],
    ['changed', `${time(view.changedAt)} UTC`],
    ...(canary === undefined ? [] : canaryFacts(canary)),
    ...(sampleRatio.alarm ? ([['warning', SAMPLE_RATIO_ALARM]] as const) : []),
    ...(runId === undefined ? [] : ([['run', runId]] as const)),
  ]
}

const SAMPLE_RATIO_ALARM =
  'the variants do not get the keys that they should: do not trust the comparison before the cause is found'

function canaryFacts({ variant, step, steps, keysInStep, secondsInStep, waitsFor }: CanaryView): Facts {
  const schedule = steps.map(({ permille }, at) => (at === step ? `[${share(permille)}]` : share(permille)))
  const current = steps[step]
  const seen =
    current === undefined
      ? ''
      : `; ${keysInStep} of ${current.minKeys} keys, ${Math.round(secondsInStep)} of ${current.minSeconds} s`
  return [
    ['schedule', `${variant}: ${schedule.join(' > ')}${seen}`],
    ...(waitsFor === '' ? [] : ([['waits for', waitsFor]] as const)),
  ]
}

function variantTable({ variants, outcomeKind }: RolloutView): string {
  return table(
    [
      ...['VARIANT', 'SHARE', 'REQUESTS', 'KEYS', 'ERRORS', 'FAULTS', 'P50', 'P99', 'OUTCOMES'],
      ...[outcomeKind === 'binary' ? 'RATE' : 'MEAN', 'MODEL'],
    ],
    variants.map((variant) => variantRow(variant, outcomeKind)),
  )
}

function variantRow(variant: VariantView, kind: RolloutView['outcomeKind']): readonly string[] {
  const { name, isControl, requests, errors, faults, latencyMs, outcomeMean, modelUri, modelVersion } =
    variant
  return [
    isControl ? `${name} (control)` : name,
    share(variant.permille),
    String(requests),
    String(variant.keys),
    part(errors, requests),
    part(faults, requests),
    latencyMs === undefined ? NONE : milliseconds(latencyMs.p50),
    latencyMs === undefined ? NONE : milliseconds(latencyMs.p99),
    String(variant.outcomes),
    outcomeMean === undefined ? NONE : valueText(outcomeMean, kind),
    modelVersion === '' ? modelUri : `${modelUri} (version ${modelVersion})`,
  ]
}

/** Plain rates may even say the opposite, where the rate was another one in each step. */
function stepsNote({ step, comparisons }: RolloutView): string {
  if (step === 0 || comparisons.every(({ difference }) => difference === undefined)) return ''
  return '\nEach step of the split is compared within itself: differences are not those of the plain means above.'
}

function comparisonTable({ comparisons, outcomeKind }: RolloutView, control: string): string {
  return table(
    ['OUTCOMES', 'DIFFERENCE', 'INTERVAL', 'KEYS', 'TO GO', 'VERDICT'],
    comparisons.map((comparison) => comparisonRow(comparison, outcomeKind, control)),
  )
}

type Interval = NonNullable<ComparisonView['interval']>

function comparisonRow(
  {
    variant,
    difference,
    interval,
    confidence,
    variantKeys,
    controlKeys,
    outcomesToGo,
    verdict,
  }: ComparisonView,
  kind: RolloutView['outcomeKind'],
  control: string,
): readonly string[] {
  return [
    `${variant} - ${control}`,
    difference === undefined ? NONE : differenceText(difference, kind),
    interval === undefined ? NONE : `${intervalText(interval, kind)} (${valueText(confidence, 'binary')})`,
    `${variantKeys} and ${controlKeys}`,
    outcomesToGo === undefined ? NONE : String(Math.round(outcomesToGo)),
    verdict.replaceAll('-', ' '),
  ]
}

function shadowTable(shadows: readonly ShadowView[]): string {
  return table(
    ['SHADOW', 'COMPARED', 'DIFFERENT', 'FAILED', 'DROPPED', 'TOO LARGE', 'P50', 'P99'],
    shadows.map(({ name, compared, differing, failed, dropped, tooLarge, latencyMs }) => [
      name,
      String(compared),
      part(differing, compared),
      String(failed),
      String(dropped),
      String(tooLarge),
      latencyMs === undefined ? NONE : milliseconds(latencyMs.p50),
      latencyMs === undefined ? NONE : milliseconds(latencyMs.p99),
    ]),
  )
}

/** In what the shadows' outputs differ from those that were answered. */
function outputTable(shadows: readonly ShadowView[]): string {
  const rows = shadows.flatMap(({ name, outputs }) => outputs.map((output) => ({ name, ...output })))
  return table(
    ['OUTPUT', 'SHADOW', 'DIFFERENT ELEMENTS', 'OTHER CLASS', 'LARGEST DIFFERENCE'],
    rows.map(({ output, name, differentElements, elements, differentLabels, labelRows, largestExcess }) => [
      output,
      name,
      `${part(differentElements, elements)} of ${elements}`,
      differentLabels === undefined || labelRows === undefined
        ? NONE
        : `${part(differentLabels, labelRows)} of ${labelRows}`,
      largestExcess === undefined ? NONE : tolerances(largestExcess),
    ]),
  )
}

/** By how many times the tolerance the furthest element was off. */
function tolerances(excess: number): string {
  if (excess === 0) return 'none'
  return excess < 1e9 ? `${digits(excess)} times the tolerance` : 'beyond any tolerance'
}

function guardTable(guards: readonly GuardView[]): string {
  return table(
    ['GUARD', 'VARIANT', 'SEEN', 'ALLOWED', 'EVIDENCE', ''],
    guards.map(({ guard, variant, events, requests, allowedRate, eValue, stopsAt, tripped }) => [
      guard,
      variant,
      `${events} of ${requests}`,
      valueText(allowedRate, 'binary'),
      stopsAt === undefined ? evidence(eValue) : `${evidence(eValue)} of ${evidence(stopsAt)}`,
      tripped ? 'stopped it' : '',
    ]),
  )
}

const NONE = '-'

/** E-values grow without bound, and shrink to nothing. */
function evidence(eValue: number): string {
  if (eValue >= 1e6) return '>1000000'
  return eValue < 0.01 ? '<0.01' : digits(eValue)
}

function share(permille: number): string {
  return `${permille / 10} %`
}

/** Of rates in points, which are hundredths. */
function differenceText(difference: number, kind: RolloutView['outcomeKind']): string {
  return kind === 'binary' ? `${digits(difference * 100)} points` : digits(difference)
}

function intervalText({ low, high }: Interval, kind: RolloutView['outcomeKind']): string {
  const from = kind === 'binary' ? digits(low * 100) : digits(low)
  return `${from} to ${differenceText(high, kind)}`
}

/** Rates in percent, other values as they are. */
function valueText(value: number, kind: RolloutView['outcomeKind']): string {
  return kind === 'binary' ? `${digits(value * 100)} %` : digits(value)
}

function part(count: number, all: number): string {
  return count === 0 || all === 0 ? String(count) : `${count} (${digits((100 * count) / all, 2)} %)`
}

function milliseconds(value: number): string {
  return `${digits(value)} ms`
}

/** As many digits as a person compares; all of them before the point, where means of large values differ. */
function digits(value: number, most = 3): string {
  return String(Math.abs(value) < 10 ** most ? Number(value.toPrecision(most)) : Math.round(value))
}
