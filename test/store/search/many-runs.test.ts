import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openStores } from '../../../src/store/open-stores.ts'
import type { Stores } from '../../../src/store/stores.ts'
import { temporaryFolder } from '../../fixtures/temporary-folder.ts'

/** More runs than are looked at one by one, so that the newest, or the best of a metric, are tried first. */
const COUNT = 5_000

interface KnownRun {
  readonly id: string
  readonly start: number
  readonly loss: number | undefined
  readonly team: string
  readonly deleted: boolean
  readonly experiment: number
}

/** Most are inserted as they start; every fifth started at any time. */
const RUNS: readonly KnownRun[] = Array.from({ length: COUNT }, (_, index) => ({
  id: `${((index * 7919) % COUNT).toString(16).padStart(8, '0')}${'0'.repeat(24)}`,
  start: index % 5 === 0 ? (index * 31) % COUNT : Math.floor(index / 2),
  loss: index % 7 === 0 ? undefined : index % 11 === 0 ? Number.NaN : ((index * 613) % 1000) / 1000,
  team: index % 3 === 0 ? 'a' : 'b',
  deleted: index % 13 === 0,
  experiment: index % 17 === 0 ? 1 : 0,
}))

let stores: Stores

beforeAll(async () => {
  const folder = temporaryFolder()
  const location = { databaseUri: 'sqlite:///mlflow.db', folder, access: 'write' } as const
  stores = openStores(location)
  await stores.tracking.experiments.ensureDefault()
  await stores.tracking.experiments.create('other')
  fill(join(folder, 'mlflow.db'))
})
afterAll(() => stores.close())

function fill(path: string): void {
  const database = new Database(path)
  const run = database.prepare(
    `INSERT INTO runs (run_uuid, start_time, lifecycle_stage, experiment_id, status) VALUES (?, ?, ?, ?, 'FINISHED')`,
  )
  const metric = database.prepare(
    `INSERT INTO latest_metrics ("key", value, timestamp, step, is_nan, run_uuid) VALUES ('loss', ?, 0, 0, ?, ?)`,
  )
  const tag = database.prepare(`INSERT INTO tags ("key", value, run_uuid) VALUES ('team', ?, ?)`)
  database.transaction(() => {
    for (const { id, start, loss, team, deleted, experiment } of RUNS) {
      run.run(id, start, deleted ? 'deleted' : 'active', experiment)
      if (loss !== undefined) metric.run(Number.isNaN(loss) ? 0 : loss, Number.isNaN(loss) ? 1 : 0, id)
      tag.run(team, id)
    }
  })()
  database.close()
}

type Order = (a: KnownRun, b: KnownRun) => number

const newest: Order = (a, b) => b.start - a.start || (a.id < b.id ? -1 : 1)

function byLoss(direction: 1 | -1): Order {
  const rank = ({ loss }: KnownRun) => (loss === undefined ? 2 : Number.isNaN(loss) ? 1 : 0)
  return (a, b) => {
    const missing = rank(a) - rank(b)
    if (missing !== 0) return missing
    const difference = rank(a) > 0 ? 0 : ((a.loss ?? 0) - (b.loss ?? 0)) * direction
    return difference || newest(a, b)
  }
}

const FILTERS: Readonly<Record<string, (run: KnownRun) => boolean>> = {
  '': () => true,
  'metrics.loss > 0.5': ({ loss = Number.NaN }) => loss > 0.5,
  'metrics.loss = 0.613': ({ loss }) => loss === 0.613,
  'metrics.loss != 0.5': ({ loss }) => loss !== undefined && loss !== 0.5,
  'metrics.loss > 2': () => false,
  "tags.team = 'a' AND metrics.loss <= 0.1": ({ team, loss = Number.NaN }) => team === 'a' && loss <= 0.1,
  "params.p IS NULL AND tags.team != 'a'": ({ team }) => team !== 'a',
  'start_time < 300': ({ start }) => start < 300,
}

const ORDERS: Readonly<Record<string, Order>> = {
  '': newest,
  'metrics.loss DESC': byLoss(-1),
  'metrics.loss': byLoss(1),
  'start_time ASC': (a, b) => a.start - b.start || (a.id < b.id ? -1 : 1),
}

const cases = Object.keys(FILTERS).flatMap((filter) =>
  Object.keys(ORDERS).map((order) => [filter, order] as const),
)

test.each(cases)('finds the same as a look at every run: filter %j, order %j', async (filter, order) => {
  const wanted = RUNS.filter((run) => run.experiment === 0 && !run.deleted && FILTERS[filter]?.(run))
    .sort(ORDERS[order])
    .map(({ id }) => id)
  for (const [offset, size] of [
    [0, 10],
    [40, 300],
    [2_500, 60],
  ] as const) {
    const page = await stores.tracking.runs.search({
      experimentIds: ['0'],
      filter,
      orderBy: order === '' ? [] : [order],
      maxResults: size,
      pageToken: offset === 0 ? '' : Buffer.from(`{"offset": ${offset}}`).toString('base64'),
    })
    expect(page.items.map(({ info }) => info.runId)).toEqual(wanted.slice(offset, offset + size))
    expect(page.nextPageToken !== undefined).toBe(wanted.length > offset + size)
  }
})
