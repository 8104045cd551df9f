/**
 * What the guards of a whole rollout do, with the defaults of `headrace serve --split`: three of them share alpha, one key
 * counts three times at most, and what is slow is learnt of the control's answers while they come.
 *
 *     npm run test:soak -- rollout/rollbacks
 */
import { afterAll, expect, test } from 'vitest'
import { type Behaviour, DrivenRollout } from '../../rollout/engine/driven-rollout.ts'
import { rolloutPlan } from '../../rollout/engine/rollout-plans.ts'
import { mostByChance } from '../../rollout/statistics/simulation.ts'

const RUNS = 1_000
const ALPHA = 0.01
const REQUESTS_PER_SECOND = 100

const rows: string[] = [
  '| challenger | shares | rolled back | within 60 requests | median request | 95 % of the runs |',
  '|---|---|---|---|---|---|',
]

afterAll(() => console.log(rows.join('\n')))

interface Scenario {
  readonly name: string
  readonly challenger: Behaviour
  readonly control?: Behaviour
  /** Of the latencies, which are lognormal: their p99 is exp(2.33 spread) times their median. */
  readonly spread?: number
  /** Requests of the challenger, all of them good, before it is as it is. */
  readonly goodBefore?: number
  /** Of its requests after those, up to which it is watched. */
  readonly last?: number
  readonly runs?: number
}

const FAILING: Scenario = { name: 'one request in five fails', challenger: { errors: 0.2 } }
const SLOW: Scenario = {
  name: "three times as long, the control's p99 is twice its median",
  challenger: { slowness: 3 },
}

test.each([
  [FAILING, 100],
  [FAILING, 500],
  [SLOW, 100],
  [SLOW, 500],
])('$name: rolled back within 60 requests', (scenario, permille) => {
  expect(run(scenario, permille).within60).toBeGreaterThanOrEqual(0.95)
})

/** Where less is known of the control, or its own answers are as slow, it takes longer. */
const HARDER: readonly Scenario[] = [
  { ...FAILING, name: "one request in five fails, and 1 % of the control's", control: { errors: 0.01 } },
  {
    name: 'three times as long, the p99 is four times the median',
    challenger: { slowness: 3 },
    spread: 0.596,
  },
]

test.each(HARDER.flatMap((scenario) => [100, 500].map((permille) => [scenario, permille] as const)))(
  '$name: rolled back',
  (scenario, permille) => {
    expect(run(scenario, permille).stopped).toBeGreaterThanOrEqual(0.99)
  },
)

test('a change after 20,000 good answers is seen', () => {
  const late = {
    ...FAILING,
    name: 'one request in five fails after 20,000 good answers',
    goodBefore: 20_000,
    runs: 100,
  }
  expect(run(late, 500).stopped).toBe(1)
})

test.each([100, 500])('a healthy challenger stays, of %i permille', (permille) => {
  const { stopped } = run({ name: 'healthy, 1,500 requests', challenger: {}, last: 1_500 }, permille)
  expect(stopped).toBeLessThanOrEqual(mostByChance(ALPHA, RUNS))
})

/** Beyond the theory with even shares: as little is known of the control as of the challenger. */
test.each([
  [100, mostByChance(ALPHA, RUNS)],
  [500, 0.05],
])('one that fails as often as the control stays, of %i permille', (permille, most) => {
  const errors = { errors: 0.06 }
  const scenario = {
    name: '6 % errors, as many as the control',
    challenger: errors,
    control: errors,
    last: 500,
  }
  expect(run(scenario, permille).stopped).toBeLessThanOrEqual(most)
})

function run(scenario: Scenario, permille: number): { readonly stopped: number; readonly within60: number } {
  const { name, last = 2_000, runs = RUNS } = scenario
  const counts = Array.from({ length: runs }, (_, seed) => requestsUntilOver(scenario, permille, seed))
  counts.sort((a, b) => a - b)
  const partWithin = (most: number): number => counts.filter((count) => count <= most).length / runs
  const [stopped, within60] = [partWithin(last), partWithin(60)]
  const at = (part: number): string => {
    const count = counts[Math.floor(part * runs)]!
    return Number.isFinite(count) ? `${count}` : '—'
  }
  const shares = `${100 - permille / 10} : ${permille / 10}`
  const percent = (part: number): string => `${(100 * part).toFixed(1)} %`
  rows.push(`| ${name} | ${shares} | ${percent(stopped)} | ${percent(within60)} | ${at(0.5)} | ${at(0.95)} |`)
  return { stopped, within60 }
}

/** Of the challenger, since it is as it is; infinity where it is not rolled back. */
function requestsUntilOver(scenario: Scenario, permille: number, seed: number): number {
  const { challenger, control = {}, spread = 0.3, goodBefore = 0, last = 2_000 } = scenario
  const plan = rolloutPlan({ a: 1000 - permille, b: permille })
  const rollout = new DrivenRollout({ plan, seed, spread })
  const ofChallenger = (): number => rollout.requests[1] ?? 0
  for (let i = 1; ofChallenger() < goodBefore + last; i++) {
    rollout.request([control, ofChallenger() < goodBefore ? {} : challenger])
    if (i % REQUESTS_PER_SECOND === 0) rollout.engine.tick()
    if (rollout.engine.state.phase === 'rolled-back') return ofChallenger() - goodBefore
  }
  return Number.POSITIVE_INFINITY
}
