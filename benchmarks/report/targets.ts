import { figure } from './figures-text.ts'
import {
  columnGrowth,
  largestRateRatio,
  memoryOfModels,
  OURS,
  ofLoad,
  p99AtHalf,
  p99AtNativeHalf,
  rateBesideModels,
  rateRatio,
} from './findings.ts'
import type { Measured } from './measured.ts'
import { rateOf, type Standing } from './standing.ts'
import type { Finding, Target } from './target.ts'

/** Scenarios that have a part in the targets. */
export const TARGET_SCENARIOS = ['tiny', 'mlp', 'trees', 'columns-100', 'image-binary', 'image-json']

/** Configurations of servers that have one. */
export const TARGET_CONFIGS = ['tuned', 'one']

/** Studies that have one. */
export const TARGET_STUDIES = ['studies/growth']

const THREE = { side: 'least', serverCpus: 3 } as const
const FURNACE = 'times furnace-server + onnxruntime'
const MLFLOW = 'times the best MLflow'

/** In the order of the table. Ratios are of what was measured in one run of a scenario. */
export const TARGETS: readonly Target[] = [
  {
    ...{ work: 'tiny model, one listener on one CPU', figure: 'times a JSON echo of node:http on one CPU' },
    ...{ scenario: 'tiny', side: 'least', bound: 1 },
    find: (measured) =>
      rateRatio(measured.one('tiny', 'headrace:one'), measured.one('tiny', 'node-echo:one')),
  },
  {
    ...{
      work: 'tiny model, 3 CPUs',
      figure: 'times a JSON echo of node:http, one thread',
      ...THREE,
      bound: 2.1,
    },
    ...besides('tiny', (measured) => measured.one('tiny', 'node-echo:default')),
  },
  { work: 'tiny model, 3 CPUs', figure: FURNACE, ...THREE, bound: 1.2, ...peer('tiny', 'furnace') },
  { work: 'tiny model, 3 CPUs', figure: MLFLOW, ...THREE, bound: 80, ...peer('tiny', 'mlflow') },
  { work: 'tiny model, 3 CPUs', figure: 'times mosec', ...THREE, bound: 3, ...peer('tiny', 'mosec') },
  { work: 'MLP, 7 KB of JSON', figure: FURNACE, ...THREE, bound: 1.5, ...peer('mlp', 'furnace') },
  { work: 'MLP, 7 KB of JSON', figure: MLFLOW, ...THREE, bound: 40, ...peer('mlp', 'mlflow') },
  { work: 'trees, 30 numbers', figure: FURNACE, ...THREE, bound: 1.2, ...peer('trees', 'furnace') },
  { work: '100 double columns', figure: MLFLOW, ...THREE, bound: 300, ...peer('columns-100', 'mlflow') },
  {
    ...{ work: '100 double columns', figure: `${FURNACE}, which checks nothing`, ...THREE, bound: 0.8 },
    ...peer('columns-100', 'furnace'),
  },
  ...image('image-binary', 'image, ResNet-18, binary', 0.95),
  ...image('image-json', 'image, ResNet-18, JSON', 0.9),
  openLoop('mlflow', MLFLOW, 100),
  openLoop('furnace', FURNACE, 1),
  {
    ...{ work: 'tiny model, one connection', figure: 'p50, ms', scenario: 'tiny', side: 'most', bound: 0.25 },
    find: (measured) =>
      ofLoad(measured, 'tiny', 1, ({ p50Us, p99Us }) => ({
        ...{ value: p50Us / 1000, from: `p99 ${(p99Us / 1000).toPrecision(3)} ms` },
      })),
  },
  {
    ...{ work: 'tiny model, half load', figure: 'p99, ms', scenario: 'tiny', side: 'most', bound: 1.5 },
    find: (measured) => p99AtHalf(measured, 'tiny'),
  },
  {
    ...{ work: "tiny model, furnace's half load", figure: "p99, times furnace's", scenario: 'tiny' },
    ...{ side: 'most', bound: 1, find: (measured) => p99AtNativeHalf(measured, 'tiny') },
  },
  {
    ...{ work: 'tiny model, 64 connections', figure: 'processor time of a request, ms', scenario: 'tiny' },
    ...{ side: 'most', bound: 0.03 },
    find: (measured) =>
      ofLoad(measured, 'tiny', 64, ({ cpuUs, perSecond }) => ({
        ...{ value: cpuUs / 1000, from: `${figure(perSecond.median)} a second` },
      })),
  },
  {
    ...{ work: '1,000 columns', figure: 'times the latency of 100', side: 'most', bound: 12 },
    find: columnGrowth,
  },
  { work: '100 small models', figure: 'MB', side: 'most', bound: 600, find: memoryOfModels },
  {
    ...{ work: '100 small models', figure: 'times the rate of one alone', side: 'least', bound: 0.9 },
    find: rateBesideModels,
  },
]

type Found = Pick<Target, 'scenario' | 'find'>

function peer(scenario: string, name: string): Found {
  return besides(scenario, (measured) => measured.best(scenario, name))
}

function besides(scenario: string, other: (measured: Measured) => Standing | undefined): Found {
  return { scenario, find: (measured) => rateRatio(measured.one(scenario, OURS), other(measured)) }
}

function image(scenario: string, work: string, bound: number): readonly Target[] {
  const engine = (measured: Measured): Finding | undefined => {
    const [ours, loop] = [measured.one(scenario, OURS), measured.one(scenario, 'engine:default')]
    return loop !== undefined && rateOf(loop) > 0 ? rateRatio(ours, loop) : undefined
  }
  return [
    { work, figure: 'times the engine in a loop', scenario, ...THREE, bound, find: engine },
    {
      ...{ work, figure: 'times the fastest other server', ...THREE, bound: 1 },
      ...besides(scenario, (measured) => measured.fastestOther(scenario)),
    },
  ]
}

function openLoop(name: string, figure: string, bound: number): Target {
  return {
    ...{ work: 'tiny model, open loop with p99 ≤ 20 ms', figure, ...THREE, bound, scenario: 'tiny' },
    find: (measured) => largestRateRatio(measured, 'tiny', name),
  }
}
