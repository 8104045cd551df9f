import { afterEach, describe, expect, it } from 'vitest'
import { BatchWorkers } from '../../src/batch/batch-workers.ts'
import type { BlockContent } from '../../src/batch/block.ts'
import type { Job } from '../../src/batch/job.ts'
import { FAKE_FLAVORS, fakeModel } from '../runtime/fakes/fake-model.ts'
import { type FakeConfig, Order } from '../runtime/fakes/flavor-table.ts'

const opened: BatchWorkers[] = []

/** Workers with the doubling model, whose input is a list of numbers. */
function startWorkers({
  threads = 1,
  ...config
}: FakeConfig & { readonly threads?: number } = {}): BatchWorkers {
  const job: Job = {
    mlmodel: fakeModel(config),
    flavorTable: FAKE_FLAVORS,
    intraOpThreads: 1,
    output: { format: 'json', append: false },
    params: undefined,
    batchRows: 4,
    keepGoing: true,
  }
  const workers = new BatchWorkers({ job, threads })
  const envelope = { prefix: Buffer.from('{"inputs": ['), suffix: Buffer.from(']}') }
  workers.read({ input: { kind: 'json', envelope }, isWhole: false })
  opened.push(workers)
  return workers
}

function numbers(...values: number[]): BlockContent {
  return { kind: 'json', elements: Buffer.from(values.map((value) => value.toFixed(1)).join(', ')) }
}

async function doubled(workers: BatchWorkers, ...values: number[]): Promise<string> {
  const { parts } = await workers.predict(numbers(...values))
  return Buffer.from(parts[0]!).toString()
}

afterEach(async () => {
  for (const workers of opened.splice(0)) await workers.close()
})

describe('batch workers', () => {
  it('predict blocks, each run of no more rows than it may have', async () => {
    const workers = startWorkers()
    expect(await workers.open()).toEqual({ batchable: true, outputs: ['y'], rowValues: 1 })
    expect(await doubled(workers, 1, 2, 3, 4, 5, 6)).toBe('2.0, 4.0, 6.0, 8.0, 10.0, 12.0')
  })

  it('report the rows that fail and predict the others', async () => {
    const { rows, badRows, parts } = await startWorkers().predict(numbers(Order.fail, 1, 2, 3))
    expect(rows).toBe(4)
    expect(badRows).toEqual([
      { row: 0, input: Order.fail, error: expect.stringContaining('The fake model was told to fail') },
    ])
    expect(Buffer.from(parts[0]!).toString()).toBe('2.0, 4.0, 6.0')
  })

  it('say so where nothing is left of a block', async () => {
    const { shape, parts, badRows } = await startWorkers().predict(numbers(Order.fail))
    expect([shape, parts, badRows.length]).toEqual([undefined, [], 1])
  })

  it('fail a block over which threads die, and go on with others', async () => {
    const workers = startWorkers({ threads: 2 })
    await expect(workers.predict(numbers(Order.exit))).rejects.toThrow('Worker threads died 2 times')
    expect(await doubled(workers, 1)).toBe('2.0')
  })

  it('predict again what a thread had when it died of something else', async () => {
    const workers = startWorkers({ threads: 1, runMs: 50 })
    await workers.open()
    const innocent = doubled(workers, 1)
    const guilty = workers.predict(numbers(Order.exit))
    await expect(guilty).rejects.toThrow('died')
    expect(await innocent).toBe('2.0')
  })

  it('say why the model cannot be opened', async () => {
    await expect(startWorkers({ failsToLoad: true }).open()).rejects.toThrow('This model never loads')
    await expect(startWorkers({ exitsOnLoad: true }).open()).rejects.toThrow('died 2 times')
  })
})
