import { describe, expect, test } from 'vitest'
import type { ContestantResult, ScenarioResult } from '../../../benchmarks/contest/result.ts'
import { Measured } from '../../../benchmarks/report/measured.ts'
import type { Growth } from '../../../benchmarks/report/read-growth.ts'
import { TARGET_SCENARIOS, TARGETS } from '../../../benchmarks/report/targets.ts'
import { isAnyFound, targetsTable } from '../../../benchmarks/report/targets-table.ts'
import { contestant, load, openLoad, round, scenario } from './support/made-results.ts'

const GROWTH: Growth = {
  columns: { p50Us100: 200, p50Us1000: 2600 },
  models: { count: 100, residentBytes: 480e6, perSecondBesideOthers: 95, perSecondAlone: 100 },
}

/** Half loads at a rate, by their p99 in microseconds. */
function half(rate: number, ...p99s: readonly number[]) {
  return p99s.map((p99Us) => openLoad(rate, p99Us, true))
}

function largest(perSecond: number) {
  return { perSecond, bound: 'server', steps: [openLoad(perSecond || 50, 19e3, perSecond > 0)] } as const
}

function reference(peer: string, config: string, rate: number): ContestantResult {
  const kind = peer === 'engine' ? 'engine' : 'reference'
  const rounds = [round([load(peer === 'engine' ? 0 : 64, rate)])]
  return { ...contestant(peer, config, []), title: peer, kind, rounds }
}

const TINY: readonly ContestantResult[] = [
  {
    ...contestant('headrace', 'tuned', [100_000]),
    largestRate: largest(60_000),
    halfLoads: [...half(30_000, 2000, 1400), ...half(35_000, 1800)],
  },
  contestant('headrace', 'one', [40_000]),
  { ...contestant('furnace', 'tuned', [80_000]), largestRate: largest(70_000), halfLoads: half(35_000, 900) },
  { ...contestant('mlflow', 'tuned', [800]), largestRate: largest(300) },
  { ...contestant('mlflow', 'uvloop', [1_000]), largestRate: largest(400) },
  reference('node-echo', 'default', 50_000),
  reference('node-echo', 'one', 30_000),
]

const IMAGE = [contestant('headrace', 'tuned', [80]), reference('engine', 'default', 88)]

function rowsOf(
  results: readonly ScenarioResult[],
  growth?: Growth,
): (work: string, figure: string) => string {
  const lines = targetsTable(TARGETS, new Measured(results, growth)).split('\n')
  return (work, figure) => {
    const row = lines.find((line) => line.startsWith(`| ${work}`) && line.includes(`| ${figure}`))
    return row?.split(' | ').slice(2).join(' | ') ?? `no ${work}, ${figure}`
  }
}

describe('the table of targets', () => {
  const results = [
    scenario({ contestants: TINY }),
    scenario({ scenario: 'image-binary', contestants: IMAGE }),
  ]
  const row = rowsOf(results, GROWTH)

  test('divides the rates of one run', () => {
    expect(row('tiny model, one listener', 'times a JSON echo')).toContain('≥ 1 | 1.33 | 40,000 / 30,000')
    expect(row('tiny model, 3 CPUs', 'times a JSON echo')).toContain('≥ 2.1 | 2 | 100,000 / 50,000')
    expect(row('tiny model, 3 CPUs', 'times furnace')).toMatch(/1\.25 .* \| \*\*reached\*\* \|$/)
    expect(row('image, ResNet-18, binary', 'times the engine')).toMatch(/0\.909 .* \| not reached \|$/)
  })

  test('takes the best configuration of MLflow', () => {
    expect(row('tiny model, 3 CPUs', 'times the best MLflow')).toContain('≥ 80 | 100 | 100,000 / 1,000')
    expect(row('tiny model, open loop', 'times the best MLflow')).toContain('≥ 100 | 150 | 60,000 / 400')
  })

  test('takes the best of several loads at half of the largest rate', () => {
    expect(row('tiny model, half load', 'p99')).toContain('≤ 1.5 | 1.4 | 30,000 a second | **reached**')
    expect(row("tiny model, furnace's half", 'p99')).toContain('≤ 1 | 2 | 1.8 / 0.9 ms at 35,000 a second')
  })

  test('has what studies found', () => {
    expect(row('1,000 columns', 'times the latency')).toContain('≤ 12 | 13 | 2.6 / 0.2 ms')
    expect(row('100 small models', 'MB')).toContain('≤ 600 | 480 | 480 MB resident | **reached**')
    expect(row('100 small models', 'times the rate')).toContain('≥ 0.9 | 0.95 |')
  })

  test('says of the rest that it was not measured', () => {
    expect(row('MLP', 'times furnace')).toBe('≥ 1.5 | – | – | not measured |')
    expect(rowsOf([])('1,000 columns', 'times')).toContain('not measured')
    expect(row('tiny model, 3 CPUs', 'times mosec')).toContain('not measured')
  })

  test('marks what others disturbed', () => {
    const disturbed = {
      ...contestant('furnace', 'tuned', []),
      rounds: [round([load(64, 80_000, { disturbed: true })])],
    }
    const contestants = [contestant('headrace', 'tuned', [100_000]), disturbed]
    const marked = rowsOf([scenario({ contestants })])
    expect(marked('tiny model, 3 CPUs', 'times furnace')).toContain('| 1.25 † |')
  })

  test('leaves out what a machine with fewer CPUs cannot tell', () => {
    const settings = { ...scenario().settings, serverCpus: '0', loadCpus: '1' }
    const small = rowsOf([scenario({ contestants: TINY, settings })])
    expect(small('tiny model, 3 CPUs', 'times furnace')).toBe('≥ 1.2 | – | – | not measurable |')
    expect(small('tiny model, one listener', 'times a JSON echo')).toContain('**reached**')
  })

  test('an answer that never came misses its target', () => {
    const never = openLoad(30_000, 1, false)
    const contestants = [{ ...TINY[0]!, halfLoads: [{ ...never, p99Us: null }] }]
    expect(rowsOf([scenario({ contestants })])('tiny model, half load', 'p99')).toContain('not reached')
  })

  test('asks for scenarios that are known', () => {
    const asked = new Set(TARGETS.flatMap((target) => target.scenario ?? []))
    expect(TARGET_SCENARIOS).toEqual(expect.arrayContaining([...asked]))
  })

  test('is of no use without any figure', () => {
    expect(isAnyFound(TARGETS, new Measured([], undefined))).toBe(false)
    expect(isAnyFound(TARGETS, new Measured([], GROWTH))).toBe(true)
  })
})
