import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type {
  Absent,
  ClosedLoad,
  ContestantResult,
  CpuUse,
  LargestRate,
  Memory,
  OpenLoad,
  Round,
  ScenarioResult,
  Settings,
} from '../contest/result.ts'
import { Fields } from './fields.ts'

/** As tables and plots have them; what else there is follows by its name. */
const ORDER = [
  ...['tiny', 'columns-4', 'columns-100', 'trees', 'mlp'],
  ...['image-json', 'image-binary', 'rows-256', 'csv'],
]

/**
 * @param folder with a file `<scenario>.json` for each; folders in it are not looked into
 * @throws Error with the file and the field that is not as `contest/result.ts` says
 */
export function readResults(folder: string): readonly ScenarioResult[] {
  const files = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isFile())
  const names = files.map(({ name }) => name).filter((name) => name.endsWith('.json'))
  return names.map((name) => readResult(folder, name)).sort(byOrder)
}

function byOrder({ scenario: one }: ScenarioResult, { scenario: other }: ScenarioResult): number {
  const difference = placeOf(one) - placeOf(other)
  if (difference !== 0) return difference
  return one < other ? -1 : 1
}

function placeOf(scenario: string): number {
  const place = ORDER.indexOf(scenario)
  return place === -1 ? ORDER.length : place
}

/**
 * @returns undefined where nothing is kept of the scenario.
 * @throws Error with the file and the field that is not as `contest/result.ts` says
 */
export function keptResult(folder: string, scenario: string): ScenarioResult | undefined {
  const name = `${scenario}.json`
  return existsSync(join(folder, name)) ? readResult(folder, name) : undefined
}

function readResult(folder: string, name: string): ScenarioResult {
  const fields = new Fields(parsed(join(folder, name)), name)
  return {
    scenario: fields.text('scenario'),
    question: fields.text('question'),
    date: fields.text('date'),
    machine: fields.one('machine', (machine) => ({
      line: machine.text('line'),
      cores: machine.number('cores'),
    })),
    versions: fields.texts('versions'),
    settings: fields.one('settings', settings),
    contestants: fields.list('contestants', contestant),
    absent: fields.list('absent', absent),
  }
}

function parsed(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch (cause) {
    throw new Error(`${file} is no JSON`, { cause })
  }
}

function settings(fields: Fields): Settings {
  return {
    serverCpus: fields.text('serverCpus'),
    loadCpus: fields.text('loadCpus'),
    rounds: fields.number('rounds'),
    closedLoop: fields.list('closedLoop', (loop) => ({
      connections: loop.number('connections'),
      seconds: loop.number('seconds'),
    })),
    warmSeconds: fields.number('warmSeconds'),
    p99LimitMs: fields.number('p99LimitMs'),
    foreignCoresLimit: fields.number('foreignCoresLimit'),
    quick: fields.flag('quick'),
  }
}

function absent(fields: Fields): Absent {
  return {
    peer: fields.text('peer'),
    config: fields.text('config'),
    title: fields.text('title'),
    reason: fields.text('reason'),
  }
}

function contestant(fields: Fields): ContestantResult {
  const largest = fields.optional('largestRate', largestRate)
  const half = fields.optionalList('halfLoads', openLoad)
  return {
    peer: fields.text('peer'),
    config: fields.text('config'),
    title: fields.text('title'),
    about: fields.text('about'),
    kind: fields.oneOf('kind', ['server', 'reference', 'engine']),
    dialect: fields.text('dialect'),
    requestBytes: fields.number('requestBytes'),
    replyBytes: fields.number('replyBytes'),
    rounds: fields.list('rounds', round),
    ...(largest && { largestRate: largest }),
    ...(half && { halfLoads: half }),
  }
}

function round(fields: Fields): Round {
  return {
    at: fields.text('at'),
    startMs: fields.number('startMs'),
    loads: fields.list('loads', closedLoad),
    memory: fields.one('memory', memory),
  }
}

function memory(fields: Fields): Memory {
  return {
    rssBytes: fields.number('rssBytes'),
    pssBytes: fields.number('pssBytes'),
    processes: fields.number('processes'),
  }
}

function cpuUse(fields: Fields): CpuUse {
  return {
    serverSeconds: fields.number('serverSeconds'),
    serverCores: fields.number('serverCores'),
    loadCores: fields.number('loadCores'),
    foreignCores: fields.number('foreignCores'),
    stolenCores: fields.number('stolenCores'),
    disturbed: fields.flag('disturbed'),
  }
}

function closedLoad(fields: Fields): ClosedLoad {
  return {
    ...cpuUse(fields),
    connections: fields.number('connections'),
    seconds: fields.number('seconds'),
    requests: fields.number('requests'),
    failed: fields.number('failed'),
    requestsPerSecond: fields.number('requestsPerSecond'),
    p50Us: fields.number('p50Us'),
    p90Us: fields.number('p90Us'),
    p99Us: fields.number('p99Us'),
    p999Us: fields.number('p999Us'),
    maxUs: fields.number('maxUs'),
    cpuUs: fields.number('cpuUs'),
  }
}

function largestRate(fields: Fields): LargestRate {
  return {
    perSecond: fields.number('perSecond'),
    bound: fields.oneOf('bound', ['server', 'generator']),
    steps: fields.list('steps', openLoad),
  }
}

function openLoad(fields: Fields): OpenLoad {
  return {
    ...cpuUse(fields),
    rate: fields.number('rate'),
    seconds: fields.number('seconds'),
    sent: fields.number('sent'),
    answered: fields.number('answered'),
    failed: fields.number('failed'),
    p50Us: fields.numberOrNull('p50Us'),
    p99Us: fields.numberOrNull('p99Us'),
    p999Us: fields.numberOrNull('p999Us'),
    maxUs: fields.numberOrNull('maxUs'),
    lateP99Us: fields.number('lateP99Us'),
    passed: fields.flag('passed'),
  }
}
