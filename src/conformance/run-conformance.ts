import { setTimeout as pause } from 'node:timers/promises'
import { invalidParameter, messageOf } from '../core/errors.ts'
import { CASES } from './case-table.ts'
import type { ConformanceCase, GroupName } from './conformance-case.ts'
import { discoverSubject } from './discover-subject.ts'
import { GrpcPeer } from './grpc/grpc-peer.ts'
import type { CaseResult, ReportCard } from './report/report-card.ts'
import type { SampleRequest } from './sample-request.ts'
import { clauseText } from './specification.ts'
import type { Subject } from './subject.ts'
import { TestBench } from './test-bench.ts'
import { Verdict } from './verdict.ts'
import { RestPeer } from './wire/rest-peer.ts'
import { Transcript } from './wire/transcript.ts'

export interface ConformanceOptions {
  /** Of the server, without credentials and without `/` at the end. */
  readonly url: string
  /** `host:port`; cases over gRPC are skipped where there is none. */
  readonly grpc: string | undefined
  /** Of all requests: credentials. */
  readonly headers: Readonly<Record<string, string>>
  /** The first that is ready unless named. */
  readonly modelName: string | undefined
  readonly modelVersion: string | undefined
  readonly sample: SampleRequest | undefined
  /** All unless some are named. */
  readonly groups: readonly GroupName[]
  /** Cases that are left out: of a server that one of them ends. */
  readonly without: readonly string[]
  /** For each case. */
  readonly timeoutMs: number
  /** Whether the model may be loaded and unloaded. */
  readonly mayControl: boolean
  readonly kitVersion: string
  readonly signal?: AbortSignal
  onResult?(result: CaseResult, done: number, total: number): void
}

/**
 * Runs the cases against a server, one after the other.
 * @throws ServingError TEMPORARILY_UNAVAILABLE where nothing answers at the URL, INVALID_PARAMETER_VALUE where there is
 *   no model to try
 */
export async function runConformance(options: ConformanceOptions): Promise<ReportCard> {
  const { url, headers } = options
  const startedAt = new Date().toISOString()
  const transcript = new Transcript()
  const rest = new RestPeer({ url, headers, transcript })
  const grpc =
    options.grpc === undefined
      ? undefined
      : await GrpcPeer.open({ address: options.grpc, headers, transcript })
  try {
    rest.signal = AbortSignal.timeout(options.timeoutMs * DISCOVERY_CASES)
    const subject = await discoverSubject(rest, options)
    const bench = new TestBench({ rest, grpc, transcript, subject, mayControl: options.mayControl })
    const ran = await runCases(bench, casesOf(options), options)
    return { ...headOf(options, subject), startedAt, ...ran }
  } finally {
    grpc?.close()
  }
}

/** Finding out what there is takes as long as so many cases at most. */
const DISCOVERY_CASES = 5

/** @throws ServingError INVALID_PARAMETER_VALUE for a case to leave out that there is not */
export function casesOf({ groups, without }: Pick<ConformanceOptions, 'groups' | 'without'>) {
  const unknown = without.find((id) => !CASES.some((one) => one.id === id))
  if (unknown !== undefined) throw invalidParameter(`There is no case '${unknown}': see --list`)
  const wanted = CASES.filter(({ group }) => groups.length === 0 || groups.includes(group))
  return wanted.filter(({ id }) => !without.includes(id))
}

type Head = Pick<ReportCard, 'url' | 'grpc' | 'kitVersion' | 'server' | 'modelName' | 'model'>

function headOf({ url, grpc, kitVersion }: ConformanceOptions, { server, modelName, model }: Subject): Head {
  return { url, grpc, kitVersion, server, modelName, model }
}

type Ran = Pick<ReportCard, 'results' | 'diedAfter'>

async function runCases(
  bench: TestBench,
  cases: readonly ConformanceCase[],
  options: ConformanceOptions,
): Promise<Ran> {
  const results: CaseResult[] = []
  let diedAfter: string | undefined
  for (const one of cases) {
    options.signal?.throwIfAborted()
    const result = diedAfter === undefined ? await runCase(bench, one, options.timeoutMs) : notRun(one)
    results.push(result)
    options.onResult?.(result, results.length, cases.length)
    if (diedAfter === undefined && result.outcome === 'fail' && !(await isAlive(bench))) diedAfter = one.id
  }
  return { results, diedAfter }
}

async function runCase(bench: TestBench, one: ConformanceCase, timeoutMs: number): Promise<CaseResult> {
  const controller = new AbortController()
  const startedAt = performance.now()
  bench.transcript.begin()
  bench.signal = controller.signal
  const late = pause(timeoutMs, undefined, { signal: controller.signal, ref: false }).then(() => {
    throw new Verdict('fail', `there was no end within ${timeoutMs / 1000} s`)
  })
  try {
    const verdict = await Promise.race([attempt(one, bench), late]).then(passed, verdictOf)
    return resultOf(one, verdict, bench.transcript, Math.round(performance.now() - startedAt))
  } finally {
    late.catch(() => undefined)
    controller.abort()
  }
}

/** A case may throw before it waits for anything. */
async function attempt(one: ConformanceCase, bench: TestBench): Promise<void> {
  await one.run(bench)
}

function passed(): undefined {
  return undefined
}

/** What a case throws besides is a defect of the kit, told as such and as no failure of the server. */
function verdictOf(thrown: unknown): Verdict {
  return thrown instanceof Verdict
    ? thrown
    : new Verdict('skipped', `the case is defective: ${messageOf(thrown)}`)
}

function resultOf(
  one: ConformanceCase,
  verdict: Verdict | undefined,
  transcript: Transcript,
  milliseconds: number,
): CaseResult {
  const { last } = transcript
  return {
    ...described(one),
    outcome: verdict?.outcome ?? 'pass',
    ...(verdict === undefined ? {} : { reason: verdict.message }),
    ...(verdict?.outcome === 'fail' && last !== undefined
      ? { sent: last.sent, received: last.received }
      : {}),
    milliseconds,
  }
}

function notRun(one: ConformanceCase): CaseResult {
  return { ...described(one), outcome: 'not-run', reason: 'the server had ended', milliseconds: 0 }
}

function described({ id, group, level, title, clause }: ConformanceCase) {
  return { id, group, level, title, clause: clauseText(clause) }
}

const PROBES = 3
const PROBE_TIMEOUT_MS = 5_000
const PROBE_PAUSE_MS = 500

/** Whether anything answers, whatever it is. */
async function isAlive({ rest }: TestBench): Promise<boolean> {
  for (let probe = 0; probe < PROBES; probe++) {
    rest.signal = AbortSignal.timeout(PROBE_TIMEOUT_MS)
    const answered = await rest.get('/v2/health/live').then(
      () => true,
      () => false,
    )
    if (answered) return true
    await pause(PROBE_PAUSE_MS)
  }
  return false
}
