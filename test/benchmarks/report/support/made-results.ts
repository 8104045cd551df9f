import type {
  ClosedLoad,
  ContestantResult,
  CpuUse,
  OpenLoad,
  Round,
  ScenarioResult,
} from '../../../../benchmarks/contest/result.ts'

/** Results as a run would leave them, with figures made up to be told apart. */

const QUIET: CpuUse = {
  ...{ serverSeconds: 11.2, serverCores: 2.8, loadCores: 0.9, foreignCores: 0.05, stolenCores: 0 },
  disturbed: false,
}

export function load(connections: number, rate: number, more: Partial<ClosedLoad> = {}): ClosedLoad {
  const p50Us = (connections / rate) * 1e6
  return {
    ...QUIET,
    ...{ connections, seconds: 4, requests: rate * 4, failed: 0, requestsPerSecond: rate },
    ...{
      p50Us,
      p90Us: p50Us * 2,
      p99Us: p50Us * 4,
      p999Us: p50Us * 6,
      maxUs: p50Us * 9,
      cpuUs: 2.8e6 / rate,
    },
    ...more,
  }
}

export function round(loads: readonly ClosedLoad[], more: Partial<Round> = {}): Round {
  const memory = { rssBytes: 140e6, pssBytes: 120e6, processes: 1 }
  return { at: '2026-11-22T05:00:00.000Z', startMs: 471, loads, memory, ...more }
}

/** @param rates at 64 connections, one a round; a quarter of it at 8, a tenth at 1. */
export function contestant(peer: string, config: string, rates: readonly number[]): ContestantResult {
  return {
    ...{ peer, config, title: TITLES[peer] ?? peer, about: `${peer} as ${config}`, kind: 'server' },
    ...{ dialect: 'mlflow', requestBytes: 33, replyBytes: 60 },
    rounds: rates.map((rate) => round([load(1, rate / 10), load(8, rate / 4), load(64, rate)])),
  }
}

const TITLES: Readonly<Record<string, string>> = {
  ...{ headrace: 'Headrace', mlflow: 'mlflow models serve', mosec: 'mosec', mlserver: 'MLServer' },
}

export function openLoad(rate: number, p99Us: number, passed: boolean, disturbed = false): OpenLoad {
  return {
    ...{ ...QUIET, disturbed, rate, seconds: 3, sent: rate * 3, answered: rate * 3, failed: 0 },
    ...{ p50Us: p99Us / 3, p99Us, p999Us: p99Us * 2, maxUs: p99Us * 3, lateP99Us: 20, passed },
  }
}

export function scenario(more: Partial<ScenarioResult> = {}): ScenarioResult {
  return {
    ...{ scenario: 'tiny', question: 'What does a request cost when the model costs nothing?' },
    date: '2026-11-22T06:30:00.000Z',
    machine: { line: '4 cores of a processor, 23 GiB, Linux 6.1.0, Node v24.21.0', cores: 4 },
    versions: { mlflow: '3.17.2', headrace: '0.1.0', node: '24.21.0' },
    settings: {
      ...{ serverCpus: '0-2', loadCpus: '3', rounds: 3, warmSeconds: 1, p99LimitMs: 20 },
      ...{ foreignCoresLimit: 0.3, quick: false },
      closedLoop: [1, 8, 64].map((connections) => ({ connections, seconds: connections === 64 ? 4 : 2 })),
    },
    contestants: everyKind(),
    absent: [
      ...['default', 'tuned'].map((config) => ({
        ...{ peer: 'pytriton', config, title: 'pytriton' },
        reason: 'not installed: npm run bench -- install --peers pytriton',
      })),
      { peer: 'mlserver', config: 'tuned', title: 'MLServer', reason: 'ended with 1:\nTraceback | <module>' },
    ],
    ...more,
  }
}

/** Servers of different rates, one disturbed, one that failed requests and came to an end early, and what is no server. */
function everyKind(): readonly ContestantResult[] {
  return [
    {
      ...contestant('mlflow', 'default', [890, 905, 901]),
      largestRate: { perSecond: 0, bound: 'server', steps: [openLoad(50, 45e3, false)] },
    },
    {
      ...contestant('mlflow', 'tuned', [840, 830, 850]),
      largestRate: {
        perSecond: 318,
        bound: 'server',
        steps: [openLoad(318, 18e3, true), openLoad(400, 90e3, false, true)],
      },
    },
    contestant('headrace', 'default', [31_000, 33_500, 32_000]),
    {
      ...contestant('headrace', 'tuned', [91_000, 96_000, 94_500]),
      largestRate: { perSecond: 81_234, bound: 'generator', steps: [openLoad(81_234, 9e3, true)] },
    },
    {
      ...contestant('mosec', 'default', [5866]),
      rounds: [
        round([load(1, 390), load(8, 3100), load(64, 5000, { disturbed: true })]),
        round([load(1, 400), load(8, 3300), load(64, 6000, { disturbed: true })]),
      ],
    },
    {
      ...contestant('mlserver', 'tuned', [1422]),
      rounds: [round([load(1, 600), load(8, 1400), load(64, 1422, { failed: 120 })])],
    },
    {
      ...contestant('node-echo', 'default', [49_000, 48_500, 50_000]),
      title: 'node:http echo',
      kind: 'reference',
      dialect: 'plain',
    },
    {
      ...contestant('engine', 'default', []),
      title: 'onnxruntime-node loop',
      kind: 'engine',
      dialect: '',
      rounds: [round([load(0, 283_000, { p50Us: 0, p99Us: 0 })], { startMs: 0 })],
    },
  ]
}
