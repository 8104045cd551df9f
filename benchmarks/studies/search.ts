/**
 * How long searches of runs take in a large SQLite database, beside a small one.
 *
 *     node benchmarks/studies/search.ts [RUNS [METRICS [STEPS [ROUNDS]]]]
 *
 * without arguments 100,000 runs with ten metrics of ten values each: ten million values, which take a minute to make.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openStores } from '../../src/store/open-stores.ts'
import type { RunSearch } from '../../src/store/tracking/run-search.ts'
import { makeLargeDatabase } from './fixtures/large-tracking-database.ts'

const [runs = 100_000, metrics = 10, steps = 10, rounds = 100] = process.argv.slice(2).map(Number)

const SEARCHES: Readonly<Record<string, Partial<RunSearch>>> = {
  'the newest': {},
  'a metric filter that half of the runs pass': { filter: 'metrics.metric_3 > 0.5' },
  'one that a thousandth passes': { filter: 'metrics.metric_3 > 0.999' },
  'one that none passes': { filter: 'metrics.metric_3 > 2' },
  'a metric and a param': { filter: "metrics.metric_3 > 0.5 AND params.lr = '0.3'" },
  'a tag': { filter: "tags.team = 'a'" },
  'a part of the name': { filter: "run_name LIKE '%77%'" },
  'the best of a metric': { orderBy: ['metrics.metric_2 DESC'] },
  'the best of a metric that passes another': {
    filter: 'metrics.metric_3 > 0.5',
    orderBy: ['metrics.metric_2 DESC'],
  },
  'page 51': {
    filter: 'metrics.metric_3 > 0.5',
    pageToken: Buffer.from('{"offset": 5000}').toString('base64'),
  },
}

for (const size of [
  { runs: 300, metrics, steps: 1 },
  { runs, metrics, steps },
]) {
  const folder = mkdtempSync(join(tmpdir(), 'headrace-search-'))
  try {
    const databaseUri = await makeLargeDatabase(folder, size)
    console.log(
      `${size.runs} runs, ${size.runs * size.metrics * size.steps} values of metrics; 100 runs a page`,
    )
    await measure(databaseUri, folder)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

async function measure(databaseUri: string, folder: string): Promise<void> {
  const stores = openStores({ databaseUri, folder, access: 'read' })
  for (const [name, search] of Object.entries(SEARCHES)) {
    const times: number[] = []
    let found = 0
    for (let round = 0; round < rounds; round++) {
      const start = performance.now()
      const { items } = await stores.tracking.runs.search({
        experimentIds: ['0'],
        maxResults: 100,
        ...search,
      })
      times.push(performance.now() - start)
      found = items.length
    }
    times.sort((a, b) => a - b)
    const at = (share: number) => (times[Math.floor(times.length * share)] ?? 0).toFixed(1).padStart(7)
    console.log(
      `  ${name.padEnd(44)} ${String(found).padStart(4)} found  p50${at(0.5)} ms  p99${at(0.99)} ms`,
    )
  }
  await stores.close()
}
