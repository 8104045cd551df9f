import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fails, type OpenedTracking } from './contract-support.ts'
import {
  clauseText,
  holds,
  ordered,
  orderText,
  type RememberedRun,
  type SearchedClause,
  type SearchedField,
  type SearchedOrder,
} from './remembered-runs.ts'

const NAMES = ['ash', 'Ash', 'oak', 'b_d', 'bad', '50%']
const NUMBERS = [-1.5, 0, 0.5, 1, 2, Number.NaN]

const text = fc.constantFrom(...NAMES)
const pattern = fc.constantFrom('a%', '%A%', '_ak', 'b_d', '%', '', 'ASH', '%\u00e9', '5%')
const metric = fc.record({ of: fc.constant('metrics' as const), key: fc.constantFrom('loss', 'a b') })
const keyed = fc.record({
  of: fc.constantFrom('params' as const, 'tags' as const),
  key: fc.constantFrom('p', 'q.r'),
})
const named = fc.record({
  of: fc.constant('attributes' as const),
  key: fc.constantFrom('run_name' as const, 'user_id' as const),
})
const start = fc.constant({ of: 'attributes', key: 'start_time' } as const)

function clause(
  field: fc.Arbitrary<SearchedField>,
  comparators: readonly string[],
  value: fc.Arbitrary<string | number | undefined>,
) {
  return fc.record({ field, comparator: fc.constantFrom(...comparators), value })
}

const NUMERIC = ['=', '!=', '<', '<=', '>', '>=']
const filter: fc.Arbitrary<readonly SearchedClause[]> = fc.array(
  fc.oneof(
    clause(metric, NUMERIC, fc.constantFrom(-1.5, 0, 0.5, 1, 1000)),
    clause(start, NUMERIC, fc.constantFrom(0, 1, 2, 1.5, -0.5)),
    clause(fc.oneof(keyed, named), ['=', '!='], text),
    clause(fc.oneof(keyed, named), ['LIKE', 'ILIKE'], pattern),
    clause(keyed, ['IS NULL', 'IS NOT NULL'], fc.constant(undefined)),
  ),
  { maxLength: 3 },
)
/** Databases differ in how they order texts, so numbers are ordered by. */
const order: fc.Arbitrary<readonly SearchedOrder[]> = fc.uniqueArray(
  fc.record({ field: fc.oneof(metric, start), ascending: fc.boolean() }),
  { maxLength: 3, selector: ({ field }) => field.key },
)

function someOf<Value>(key: readonly string[], value: fc.Arbitrary<Value>) {
  return fc.uniqueArray(fc.tuple(fc.constantFrom(...key), value), {
    selector: ([name]) => name,
    maxLength: 2,
  })
}

const run = fc.record({
  name: text,
  userId: text,
  startTime: fc.integer({ min: 0, max: 3 }),
  metrics: someOf(['loss', 'a b'], fc.constantFrom(...NUMBERS)),
  params: someOf(['p', 'q.r'], text),
  tags: someOf(['p', 'q.r'], text),
})

/** Filters and orders that every database has to answer alike. */
export function searchContract(tracking: OpenedTracking): void {
  describe('search', () => {
    test('finds the runs for which all clauses hold, in order and page by page', async () => {
      const { experimentId } = await tracking().experiments.create('trees')
      const runs: RememberedRun[] = []
      for (const made of fc.sample(run, { numRuns: 16, seed: 7 })) {
        runs.push(await logged(tracking, experimentId, made))
      }
      const search = fc.record({ filter, order, size: fc.integer({ min: 1, max: 5 }) })
      await fc.assert(
        fc.asyncProperty(search, async ({ filter: clauses, order: orders, size }) => {
          const wanted = runs.filter((each) => clauses.every((one) => holds(each, one)))
          const found: string[] = []
          let pageToken: string | undefined
          do {
            const page = await tracking().runs.search({
              experimentIds: [experimentId],
              filter: clauses.map(clauseText).join(' AND '),
              orderBy: orders.map(orderText),
              maxResults: size,
              pageToken,
            })
            if (page.nextPageToken !== undefined) expect(page.items).toHaveLength(size)
            found.push(...page.items.map(({ info }) => info.runId))
            pageToken = page.nextPageToken
          } while (pageToken !== undefined)
          expect(found).toEqual(ordered(wanted, orders).map(({ runId }) => runId))
        }),
        { numRuns: 80 },
      )
    })

    test('answers filters of many clauses and orders of many columns, and refuses more', async () => {
      const { experimentId } = await tracking().experiments.create('trees')
      await tracking().runs.create({ experimentId })
      const clauses = (count: number) =>
        Array.from({ length: count }, (_, i) => `tags.t${i} IS NULL`).join(' AND ')
      const columns = (count: number) => Array.from({ length: count }, (_, i) => `metrics.m${i} DESC`)
      const search = { experimentIds: [experimentId] }
      expect((await tracking().runs.search({ ...search, filter: clauses(200) })).items).toHaveLength(1)
      expect((await tracking().runs.search({ ...search, orderBy: columns(50) })).items).toHaveLength(1)
      await fails(
        tracking().runs.search({ ...search, filter: clauses(301) }),
        'INVALID_PARAMETER_VALUE',
        '300',
      )
      await fails(
        tracking().runs.search({ ...search, orderBy: columns(51) }),
        'INVALID_PARAMETER_VALUE',
        '50',
      )
    })

    test('compares with numbers that no column can hold', async () => {
      const { experimentId } = await tracking().experiments.create('trees')
      const { info } = await tracking().runs.create({ experimentId, startTime: 5 })
      const metric = { key: 'loss', value: Number.POSITIVE_INFINITY, timestamp: 1, step: 0 }
      await tracking().runs.logBatch(info.runId, { metrics: [metric], params: [], tags: [] })
      const count = async (filter: string) =>
        (await tracking().runs.search({ experimentIds: [experimentId], filter })).items.length
      const huge = '9'.repeat(400)
      expect(await count(`start_time < ${huge}`)).toBe(1)
      expect(await count(`start_time > -${huge}`)).toBe(1)
      expect(await count(`start_time = ${huge}`)).toBe(0)
      expect(await count(`start_time != ${huge}`)).toBe(1)
      expect(await count('start_time = 5.5')).toBe(0)
      expect(await count('start_time < 5.5 AND start_time > 4.5 AND start_time >= 5.0')).toBe(1)
      expect(await count(`metrics.loss < ${huge}`)).toBe(1)
      expect(await count('metrics.loss > 1e308')).toBe(1)
    })

    test('finds experiments by name, id, times and tags', async () => {
      const ids: string[] = []
      for (const name of ['Ash', 'ash', 'oak']) {
        const tags = [{ key: 'wood', value: name === 'oak' ? 'hard' : 'soft' }]
        ids.push((await tracking().experiments.create(name, undefined, tags)).experimentId)
      }
      const names = async (filter: string, orderBy = ['experiment_id']) =>
        (await tracking().experiments.search({ filter, orderBy, maxResults: 100 })).items.map(
          ({ name }) => name,
        )
      expect(await names("name = 'ash'")).toEqual(['ash'])
      expect(await names("name ILIKE 'A%'")).toEqual(['Ash', 'ash'])
      expect(await names("name LIKE 'a%'")).toEqual(['ash'])
      expect(await names(`experiment_id IN ('${ids[2]}', '${ids[0]}')`)).toEqual(['Ash', 'oak'])
      expect(await names(`experiment_id NOT IN ('0', '${ids[0]}')`)).toEqual(['ash', 'oak'])
      expect(await names("tags.wood != 'hard' AND creation_time > 0", ['experiment_id DESC'])).toEqual([
        'ash',
        'Ash',
      ])
      expect(await names('tags.wood IS NULL')).toEqual(['Default'])
      expect(await names("experiment_id = '99999999999999999999'")).toEqual([])
      await tracking().experiments.delete(ids[1] ?? '')
      expect(await names("name ILIKE 'ash'")).toEqual(['Ash'])
      const deleted = await tracking().experiments.search({ viewType: 'DELETED_ONLY', maxResults: 5 })
      expect(deleted.items.map(({ name }) => name)).toEqual(['ash'])
      expect(deleted.items[0]?.tags).toEqual([{ key: 'wood', value: 'soft' }])
    })
  })
}

type MadeRun = typeof run extends fc.Arbitrary<infer Made> ? Made : never

async function logged(tracking: OpenedTracking, experimentId: string, made: MadeRun): Promise<RememberedRun> {
  const { name, userId, startTime } = made
  const { info } = await tracking().runs.create({ experimentId, runName: name, userId, startTime })
  const { runId } = info
  await tracking().runs.logBatch(runId, {
    metrics: made.metrics.map(([key, value]) => ({ key, value, timestamp: 1, step: 0 })),
    params: made.params.map(([key, value]) => ({ key, value })),
    tags: made.tags.map(([key, value]) => ({ key, value })),
  })
  const [metrics, params, tags] = [new Map(made.metrics), new Map(made.params), new Map(made.tags)]
  return { runId, name, userId, startTime, metrics, params, tags }
}
