import { checkAssertions, parseAssertions } from '../../../src/bench/assertions.ts'
import type { TargetOutcome } from '../../../src/bench/bench-outcome.ts'
import type { BenchReport, ReportContext } from '../../../src/bench/report/bench-report.ts'
import { makeReport } from '../../../src/bench/report/make-report.ts'
import { findMax } from '../../../src/bench/search/find-max.ts'
import type { BenchTarget } from '../../../src/bench/target.ts'
import { type SimulatedServer, simulate } from './simulated-server.ts'

const CONTEXT: ReportContext = {
  startedAt: Date.UTC(2026, 10, 22, 19, 30),
  version: '1.2.3',
  machine: {
    name: 'host',
    processor: 'AMD EPYC 9005',
    cores: 4,
    memory: 16e9,
    system: 'Linux 6.1',
    node: 'v24.18.0',
  },
  assertions: [],
}

export function sampleTarget(name: string): BenchTarget {
  return {
    name,
    ...{ transport: 'http', origin: 'http://127.0.0.1:5000', dialect: 'mlflow', payloads: [] },
    found: [
      'MLflow scoring protocol at /invocations',
      '4 columns from the signature, ranges from the input example',
    ],
  }
}

async function outcomeOf(server: SimulatedServer, rounds: number): Promise<TargetOutcome> {
  const name = server.name ?? 'iris'
  const seeds = Array.from({ length: rounds }, (_, round) => round + 1)
  const measurements = await Promise.all(seeds.map((seed) => simulate({ ...server, name }, 300, 12, seed)))
  const closed = await Promise.all(
    [1, 32].map(async (connections) => {
      const measured = await simulate({ ...server, name }, 450, 4, connections)
      const { warmUpMs, durationMs, timeoutMs, seed } = measured.load
      return {
        ...measured,
        load: { kind: 'closed', connections, warmUpMs, durationMs, timeoutMs, seed } as const,
      }
    }),
  )
  return { target: sampleTarget(name), measurements, before: closed, max: undefined }
}

/** One target, the loads of a first look, assertions that hold and one that does not. */
export async function lookReport(): Promise<BenchReport> {
  const outcome = await outcomeOf({ serviceMs: 2, exponential: true }, 1)
  const assertions = await checkAssertions(
    parseAssertions('p99<200ms,errors<0.1%,rate>=450'),
    outcome.measurements[0]!,
  )
  return makeReport(
    { targets: [outcome], stopped: false, notes: ['The server had cores 2 and 3.'] },
    { ...CONTEXT, assertions },
  )
}

/** Two targets in four rounds; some requests fail. */
export async function comparedReport(): Promise<BenchReport> {
  const targets = [
    await outcomeOf({ serviceMs: 2.4, exponential: true, failures: 0.02, name: 'mlflow' }, 4),
    await outcomeOf({ serviceMs: 1.2, exponential: true, name: 'headrace' }, 4),
  ]
  return makeReport({ targets, stopped: false, notes: [] }, CONTEXT)
}

/** A search for the largest rate. */
export async function maxReport(): Promise<BenchReport> {
  const server = { serviceMs: 2, exponential: true, name: 'iris' }
  const max = await findMax((rate, seconds, seed) => simulate(server, rate, seconds, seed), {
    limit: { percentile: 99, milliseconds: 40, confidence: 0.99 },
    guessPerSecond: 480,
  })
  const measurements = max.tries
    .filter(({ ratePerSecond }) => ratePerSecond === max.ratePerSecond)
    .map(({ measurement }) => measurement)
  return makeReport(
    { targets: [{ target: sampleTarget('iris'), measurements, before: [], max }], stopped: false, notes: [] },
    CONTEXT,
  )
}

/** Foreign text wherever it can be, a run that was stopped, nothing answered. */
export async function hostileReport(): Promise<BenchReport> {
  const name = `<script>document.title='owned'</script>"'&\u001b[31m`
  const [measurement] = (await outcomeOf({ serviceMs: 2, failures: 1, name }, 1)).measurements
  const hostile = {
    ...measurement!,
    failures: { [name]: 12 },
    failureExamples: { [name]: name },
    stagesMs: { [name]: 2 },
    faults: [name],
    valid: false,
    server: undefined,
    overTime: [],
  }
  const target = { ...sampleTarget(name), found: [name] }
  return makeReport(
    {
      targets: [{ target, measurements: [hostile], before: [], max: undefined }],
      stopped: true,
      notes: [name],
    },
    { ...CONTEXT, assertions: [{ text: name, passed: false, measured: name }] },
  )
}

export const SAMPLE_REPORTS: Readonly<Record<string, () => Promise<BenchReport>>> = {
  look: lookReport,
  compared: comparedReport,
  max: maxReport,
  hostile: hostileReport,
}
