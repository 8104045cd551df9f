import { seededRandom } from '../../../src/core/seeded-random.ts'
import { differenceExample } from '../../../src/rollout/comparison/difference-example.ts'
import type { HistoryPoint, RolloutView, ShadowView, VariantView } from '../../../src/rollout/rollout-view.ts'
import { fp32, int64, tensors } from '../comparison/tensors.ts'

/** 20 November 2026, 08:00 UTC. */
const START = Date.UTC(2026, 10, 20, 8)
const HOUR = 3_600_000

interface Course {
  readonly hours: number
  readonly points: number
  /** Permille of each variant at a time, as part of the whole. */
  readonly shares: (progress: number) => readonly number[]
  readonly stepOf?: (progress: number) => number
  readonly requestsPerHour: number
  /** Of each variant. */
  readonly rates: readonly number[]
  readonly errorRates: readonly number[]
  readonly p99: readonly number[]
  readonly spread: number
}

/** What the history of such a rollout looks like: counts since the start, means that settle, intervals that get tighter. */
function history(course: Course, seed: number): HistoryPoint[] {
  const random = seededRandom(seed)
  const counts = course.rates.map(() => ({ requests: 0, errors: 0, outcomes: 0, good: 0 }))
  return Array.from({ length: course.points }, (_, at): HistoryPoint => {
    const progress = (at + 1) / course.points
    const shares = course.shares(progress)
    const requests = (course.requestsPerHour * course.hours) / course.points
    for (const [variant, count] of counts.entries()) {
      const more = (requests * (shares[variant] ?? 0) * (0.8 + 0.4 * random())) / 1000
      const outcomes = more * 0.6
      count.requests += more
      count.errors += more * (course.errorRates[variant] ?? 0) * 2 * random()
      count.outcomes += outcomes
      count.good +=
        outcomes * (course.rates[variant] ?? 0) + (random() - 0.5) * Math.sqrt(outcomes) * course.spread
    }
    return {
      at: START + progress * course.hours * HOUR,
      step: course.stepOf?.(progress) ?? 0,
      variants: counts.map(({ requests, errors, outcomes, good }, variant) => ({
        permille: shares[variant] ?? 0,
        requests: Math.round(requests),
        errors: Math.round(errors),
        p99Ms: shares[variant] === 0 ? undefined : (course.p99[variant] ?? 1) * (0.85 + 0.3 * random()),
        outcomes: Math.round(outcomes),
        mean: outcomes < 5 ? undefined : good / outcomes,
      })),
      intervals: counts.slice(1).map((count) => intervalOf(counts[0]!, count, course.spread)),
    }
  })
}

interface Count {
  readonly outcomes: number
  readonly good: number
}

function intervalOf(control: Count, variant: Count, spread: number) {
  if (control.outcomes < 50 || variant.outcomes < 50) return undefined
  const difference = variant.good / variant.outcomes - control.good / control.outcomes
  const half = spread * 3.2 * Math.sqrt(1 / control.outcomes + 1 / variant.outcomes)
  return { low: difference - half, high: difference + half }
}

function variant(fields: Partial<VariantView> & { readonly name: string }): VariantView {
  return {
    modelUri: `models:/iris@${fields.name}`,
    modelVersion: '3',
    isControl: false,
    permille: 0,
    requests: 0,
    keys: 0,
    errors: 0,
    faults: 0,
    latencyMs: undefined,
    outcomes: 0,
    outcomeMean: undefined,
    ...fields,
  }
}

const BASE: RolloutView = {
  name: 'iris',
  id: '9f2c61d0a7b3e845',
  phase: 'running',
  cause: '',
  epoch: 1,
  step: 0,
  startedAt: START,
  changedAt: START,
  variants: [],
  shadows: [],
  canary: undefined,
  guards: [],
  comparisons: [],
  sampleRatio: { alarm: false, eValue: 0.4 },
  assignment: { seed: '9f2c61d0a7b3e845', slots: [] },
  outcomeKind: 'binary',
  runId: undefined,
  history: [],
  decision: '',
}

/** An A/B test of two hours, with too little data to say anything. */
export function youngView(): RolloutView {
  const course = { hours: 2, points: 24, requestsPerHour: 600, spread: 0.3, errorRates: [0.004, 0.002] }
  return {
    ...BASE,
    variants: [
      variant({
        name: 'champion',
        isControl: true,
        permille: 900,
        modelVersion: '3',
        requests: 1083,
        keys: 412,
        errors: 4,
        latencyMs: { p50: 0.61, p99: 2.4 },
        outcomes: 648,
        outcomeMean: 0.1034,
      }),
      variant({
        name: 'challenger',
        permille: 100,
        modelVersion: '4',
        requests: 121,
        keys: 47,
        latencyMs: { p50: 0.64, p99: 2.6 },
        outcomes: 72,
        outcomeMean: 0.125,
      }),
    ],
    guards: guards('challenger', 121, 0),
    comparisons: [
      {
        variant: 'challenger',
        controlMean: 0.1034,
        variantMean: 0.125,
        difference: 0.0216,
        interval: { low: -0.102, high: 0.145 },
        confidence: 0.95,
        verdict: 'keep-looking',
        controlKeys: 412,
        variantKeys: 47,
        eValue: 0.21,
        outcomesToGo: 14_300,
        sentence: 'Keep looking: at this rate about 14,300 more outcomes are needed.',
      },
    ],
    assignment: {
      seed: BASE.id,
      slots: [
        { end: 900, variant: 'champion' },
        { end: 1000, variant: 'challenger' },
      ],
    },
    history: history({ ...course, shares: () => [900, 100], rates: [0.103, 0.12], p99: [2.4, 2.6] }, 1),
    decision: 'Keep looking: there is too little data to tell champion and challenger apart.',
  }
}

/** An A/B test of three days that challenger has won. */
export function winnerView(): RolloutView {
  const young = youngView()
  const course = { hours: 72, points: 160, requestsPerHour: 900, spread: 0.3, errorRates: [0.004, 0.003] }
  return {
    ...young,
    runId: '6c1f6f2f2a884f4b8a6c3c5f0a1d2e3f',
    variants: [
      {
        ...young.variants[0]!,
        permille: 500,
        requests: 32_391,
        keys: 8_214,
        errors: 131,
        outcomes: 19_420,
        outcomeMean: 0.1041,
      },
      {
        ...young.variants[1]!,
        permille: 500,
        requests: 32_112,
        keys: 8_173,
        errors: 92,
        outcomes: 19_288,
        outcomeMean: 0.1162,
      },
    ],
    guards: guards('challenger', 24_519, 71),
    comparisons: [
      {
        ...young.comparisons[0]!,
        controlMean: 0.1041,
        variantMean: 0.1162,
        difference: 0.0121,
        interval: { low: 0.0025, high: 0.0217 },
        verdict: 'variant-better',
        controlKeys: 8_214,
        variantKeys: 8_173,
        eValue: 312,
        outcomesToGo: undefined,
        sentence:
          'challenger is better by 1.2 points (95 % interval that stays valid while you look: 0.3 to 2.2).',
      },
    ],
    assignment: {
      seed: BASE.id,
      slots: [
        { end: 500, variant: 'champion' },
        { end: 1000, variant: 'challenger' },
      ],
    },
    history: history({ ...course, shares: () => [500, 500], rates: [0.104, 0.1162], p99: [2.4, 2.5] }, 2),
    decision:
      'challenger is better by 1.2 points (95 % interval that stays valid while you look: 0.3 to 2.2). Promote it to give it all requests.',
  }
}

/** A canary in its second step. */
export function canaryView(): RolloutView {
  const young = youngView()
  const shares = (progress: number) => (progress < 0.45 ? [990, 10] : [900, 100])
  return {
    ...young,
    name: 'credit-risk',
    epoch: 2,
    step: 1,
    changedAt: START + 5 * HOUR,
    variants: [
      {
        ...young.variants[0]!,
        requests: 107_540,
        keys: 21_014,
        errors: 212,
        outcomes: 0,
        outcomeMean: undefined,
      },
      {
        ...young.variants[1]!,
        requests: 6_912,
        keys: 1_380,
        errors: 16,
        outcomes: 0,
        outcomeMean: undefined,
      },
    ],
    canary: {
      variant: 'challenger',
      step: 1,
      steps: [
        { permille: 10, minKeys: 200, minSeconds: 3600 },
        { permille: 100, minKeys: 2000, minSeconds: 7200 },
        { permille: 500, minKeys: 5000, minSeconds: 7200 },
        { permille: 1000, minKeys: 5000, minSeconds: 86_400 },
      ],
      keysInStep: 1_180,
      secondsInStep: 5_420,
      waitsFor: '820 more keys and 30 more minutes',
    },
    guards: guards('challenger', 5_890, 14),
    comparisons: [],
    history: history(
      {
        ...{ hours: 11, points: 90, requestsPerHour: 10_400, rates: [0.1, 0.1], spread: 0.3 },
        ...{
          shares,
          errorRates: [0.002, 0.0023],
          p99: [4.1, 4.4],
          stepOf: (progress: number) => (progress < 0.45 ? 0 : 1),
        },
      },
      3,
    ).map((point) => ({
      ...point,
      intervals: [undefined],
      variants: point.variants.map((each) => ({ ...each, outcomes: 0, mean: undefined })),
    })),
    decision:
      'challenger gets 10 % of the keys, in step 2 of 4. The next step waits for 820 more keys and 30 more minutes.',
  }
}

/** A challenger that failed and was stopped by its guard. */
export function rolledBackView(): RolloutView {
  const young = youngView()
  const shares = (progress: number) => (progress < 0.7 ? [900, 100] : [1000, 0])
  const cause = 'challenger: 14 of 52 requests failed, 2 % are allowed'
  return {
    ...young,
    phase: 'rolled-back',
    cause,
    epoch: 2,
    step: 1,
    changedAt: START + 1.4 * HOUR,
    variants: [
      { ...young.variants[0]!, permille: 1000 },
      {
        ...young.variants[1]!,
        ...{ permille: 0, requests: 57, keys: 31, errors: 16, faults: 2, outcomes: 20, outcomeMean: 0.1 },
      },
    ],
    guards: guards('challenger', 52, 14).map((guard) =>
      guard.guard === 'errors' ? { ...guard, eValue: 2_310, tripped: true } : { ...guard, events: 0 },
    ),
    comparisons: [
      { ...young.comparisons[0]!, interval: undefined, difference: undefined, outcomesToGo: undefined },
    ],
    assignment: { seed: BASE.id, slots: [{ end: 1000, variant: 'champion' }] },
    history: history(
      {
        ...{ hours: 2, points: 48, requestsPerHour: 600, rates: [0.103, 0.1], spread: 0.3 },
        ...{
          shares,
          errorRates: [0.004, 0.27],
          p99: [2.4, 7.1],
          stepOf: (progress: number) => (progress < 0.7 ? 0 : 1),
        },
      },
      4,
    ),
    decision: `challenger was rolled back at 09:24 UTC, and champion answers all requests. ${cause}.`,
  }
}

/** No split, one shadow with disagreements. */
export function shadowView(): RolloutView {
  const young = youngView()
  return {
    ...young,
    variants: [
      {
        ...young.variants[0]!,
        permille: 1000,
        requests: 48_204,
        keys: 9_120,
        outcomes: 0,
        outcomeMean: undefined,
      },
    ],
    guards: guards('challenger', 4_790, 31).filter(({ guard }) => guard === 'disagreement'),
    comparisons: [],
    shadows: [shadow()],
    assignment: { seed: BASE.id, slots: [{ end: 1000, variant: 'champion' }] },
    history: history(
      {
        hours: 24,
        points: 96,
        shares: () => [1000],
        requestsPerHour: 2_000,
        rates: [0.1],
        errorRates: [0.001],
        p99: [2.3],
        spread: 0.3,
      },
      5,
    ).map((point) => ({
      ...point,
      variants: point.variants.map((each) => ({ ...each, outcomes: 0, mean: undefined })),
    })),
    decision: 'challenger answers as champion does in 99.4 % of 4,790 mirrored requests; it answers nobody.',
  }
}

function shadow(): ShadowView {
  return {
    name: 'challenger',
    compared: 4_790,
    differing: 31,
    failed: 2,
    dropped: 12,
    tooLarge: 3,
    latencyMs: { p50: 0.72, p99: 3.3 },
    outputs: [
      {
        output: 'label',
        largestExcess: 909,
        differentElements: 9,
        elements: 4_790,
        differentLabels: 9,
        labelRows: 4_790,
      },
      {
        output: 'probabilities',
        largestExcess: 412,
        differentElements: 74,
        elements: 14_370,
        differentLabels: 9,
        labelRows: 4_790,
      },
    ],
    examples: [example(0.31, 0.44), example(0.41, 0.35)],
  }
}

function example(first: number, second: number): string {
  const control = tensors({ label: int64([1n]), probabilities: fp32([0.1, 0.9 - first, first], [1, 3]) })
  const other = tensors({ label: int64([2n]), probabilities: fp32([0.1, 0.9 - second, second], [1, 3]) })
  return differenceExample({
    inputs: tensors({ measurements: fp32([5.1, 3.5, 1.4, 0.2], [1, 4]) }),
    control,
    other,
    differences: [
      { output: 'probabilities', excess: 412, different: 2, elements: 3, at: 1 },
      { output: 'label', excess: 909, different: 1, elements: 1, at: 0 },
    ],
    keepsInputs: false,
  })
}

/** Three variants with a numeric outcome; one challenger is worse, the other about as good. */
export function threeVariantsView(): RolloutView {
  const young = youngView()
  const comparison = young.comparisons[0]!
  return {
    ...young,
    name: 'basket-value',
    outcomeKind: 'numeric',
    epoch: 3,
    step: 2,
    variants: [
      variant({
        name: 'control',
        isControl: true,
        permille: 500,
        requests: 210_482,
        keys: 40_310,
        errors: 312,
        latencyMs: { p50: 11.2, p99: 38.5 },
        outcomes: 61_030,
        outcomeMean: 42.17,
      }),
      variant({
        name: 'gradient-boosted',
        permille: 250,
        requests: 105_119,
        keys: 20_144,
        errors: 161,
        latencyMs: { p50: 8.4, p99: 29.1 },
        outcomes: 30_420,
        outcomeMean: 42.31,
        modelVersion: '11',
      }),
      variant({
        name: 'distilled-transformer',
        permille: 250,
        requests: 104_870,
        keys: 20_098,
        errors: 140,
        faults: 3,
        latencyMs: { p50: 24.7, p99: 96.3 },
        outcomes: 30_377,
        outcomeMean: 40.92,
        modelVersion: '2',
      }),
    ],
    guards: [...guards('gradient-boosted', 88_120, 140), ...guards('distilled-transformer', 88_002, 121)],
    comparisons: [
      {
        ...comparison,
        variant: 'gradient-boosted',
        controlMean: 42.17,
        variantMean: 42.31,
        difference: 0.14,
        interval: { low: -0.38, high: 0.66 },
        confidence: 0.975,
        verdict: 'no-difference-worth-having',
        controlKeys: 40_310,
        variantKeys: 20_144,
        eValue: undefined,
        outcomesToGo: undefined,
        sentence: 'No difference larger than 1 between gradient-boosted and control.',
      },
      {
        ...comparison,
        variant: 'distilled-transformer',
        controlMean: 42.17,
        variantMean: 40.92,
        difference: -1.25,
        interval: { low: -1.79, high: -0.71 },
        confidence: 0.975,
        verdict: 'control-better',
        controlKeys: 40_310,
        variantKeys: 20_098,
        eValue: undefined,
        outcomesToGo: undefined,
        sentence:
          'control is better than distilled-transformer by 1.25 (97.5 % interval that stays valid while you look: 0.71 to 1.79).',
      },
    ],
    sampleRatio: { alarm: true, eValue: 4_210 },
    assignment: {
      seed: '03b77e1a9cc2d4f6',
      slots: [
        { end: 500, variant: 'control' },
        { end: 750, variant: 'gradient-boosted' },
        { end: 1000, variant: 'distilled-transformer' },
      ],
    },
    history: history(
      {
        hours: 240,
        points: 180,
        shares: () => [500, 250, 250],
        requestsPerHour: 1_750,
        rates: [42.17, 42.31, 40.92],
        errorRates: [0.0015, 0.0015, 0.0013],
        p99: [38, 29, 96],
        spread: 16,
      },
      6,
    ),
    decision:
      'control is better than distilled-transformer by 1.25; gradient-boosted makes no difference worth having.',
  }
}

function guards(name: string, requests: number, errors: number): RolloutView['guards'] {
  const guard = { variant: name, requests, eValue: 0.02, stopsAt: 400, tripped: false, allowedRate: 0.02 }
  return [
    { ...guard, guard: 'errors', events: errors },
    { ...guard, guard: 'slow', events: Math.round(requests * 0.011), eValue: 0.6, allowedRate: 0.02 },
    { ...guard, guard: 'faults', events: 0, eValue: 0.004, allowedRate: 0.001 },
    {
      ...guard,
      guard: 'disagreement',
      events: Math.round(requests * 0.0065),
      allowedRate: 0.05,
      eValue: 0.0001,
    },
  ]
}

/** Names as an attacker would choose them. */
export function hostileView(): RolloutView {
  const evil = `<script>document.title='owned'</script>"'&`
  const view = threeVariantsView()
  const shadowed = shadow()
  return {
    ...view,
    name: evil,
    cause: evil,
    decision: evil,
    runId: evil,
    variants: view.variants.map((each) => ({ ...each, name: evil, modelUri: evil, modelVersion: evil })),
    comparisons: view.comparisons.map((each) => ({ ...each, variant: evil, sentence: evil })),
    guards: view.guards.map((guard) => ({ ...guard, variant: evil })),
    canary: { ...canaryView().canary!, variant: evil, waitsFor: evil },
    shadows: [
      {
        ...shadowed,
        name: evil,
        outputs: shadowed.outputs.map((output) => ({ ...output, output: evil })),
        examples: [
          evil,
          JSON.stringify({ row: 0, inputs: [], outputs: [{ output: evil, different: 1, elements: 1 }] }),
          ...shadowed.examples,
        ],
      },
    ],
    assignment: { seed: evil, slots: [{ end: 1000, variant: evil }] },
  }
}

export const SAMPLE_VIEWS: Readonly<Record<string, () => RolloutView>> = {
  young: youngView,
  winner: winnerView,
  canary: canaryView,
  'rolled-back': rolledBackView,
  shadow: shadowView,
  'three-variants': threeVariantsView,
  hostile: hostileView,
}
