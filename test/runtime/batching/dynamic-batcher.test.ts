import { expect, test } from 'vitest'
import type { TensorMap } from '../../../src/core/tensor.ts'
import { newTiming } from '../../../src/core/timing.ts'
import type { BatchPlan } from '../../../src/runtime/batching/batch-plan.ts'
import { DynamicBatcher } from '../../../src/runtime/batching/dynamic-batcher.ts'
import { PLAIN_ROWS } from '../../../src/runtime/batching/plain-rows.ts'
import { answered, GUILTY, HeldEngine, rows, turn } from './support/held-engine.ts'

const UP_TO_8 = plan({ sizes: [1, 2, 3, 4, 5, 6, 7, 8] })

function plan({ sizes, rowMs = 1 }: { sizes: readonly number[]; rowMs?: number }): BatchPlan {
  return { sizes, joining: PLAIN_ROWS, runMs: (count) => rowMs * count }
}

function pooled(maxConcurrency: number, batchPlan: BatchPlan | undefined = UP_TO_8) {
  const engine = new HeldEngine({ maxConcurrency })
  const batcher = new DynamicBatcher(engine, { placement: 'pool' })
  batcher.use(batchPlan)
  return { engine, batcher }
}

const sizesOf = (engine: HeldEngine) => engine.runs.map((run) => run.rows)
const settle = <T>(promise: Promise<T>) => promise.catch((error: unknown) => error)
const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1)

test('what arrives in one turn goes to an idle engine at its end, spread over its places', async () => {
  const { engine, batcher } = pooled(2)
  const answers = upTo(6).map((value) => batcher.predict(rows(1, value)))
  expect(engine.runs).toHaveLength(0)
  await turn()
  expect(sizesOf(engine)).toEqual([3, 3])
  await engine.finishAll()
  expect((await Promise.all(answers)).map(answered)).toEqual(upTo(6).map((value) => [value]))
  expect(batcher.stats.batches).toBe(2)
})

test('rows that take no longer than the way to another thread stay together', async () => {
  const { engine, batcher } = pooled(4, plan({ sizes: upTo(16), rowMs: 0.02 }))
  const answers = upTo(6).map((value) => batcher.predict(rows(1, value)))
  await engine.finishAll()
  await Promise.all(answers)
  expect(sizesOf(engine)).toEqual([6])
})

test('while all places are taken calls gather, and the next free one takes all of them', async () => {
  const { engine, batcher } = pooled(1)
  const first = batcher.predict(rows(1, 1))
  await turn()
  const later = upTo(7).map((value) => batcher.predict(rows(1, value)))
  await turn()
  expect(sizesOf(engine)).toEqual([1])
  engine.held[0]!.finish()
  await first
  expect(sizesOf(engine)).toEqual([1, 7])
  await engine.finishAll()
  await Promise.all(later)
})

test('more places are used as soon as there are more', async () => {
  const { engine, batcher } = pooled(1)
  const answers = [batcher.predict(rows(1, 1))]
  await turn()
  engine.maxConcurrency = 3
  answers.push(batcher.predict(rows(1, 2)), batcher.predict(rows(1, 3)))
  await turn()
  expect(engine.held).toHaveLength(3)
  await engine.finishAll()
  await Promise.all(answers)
})

test('what waits takes a place that comes while all others are taken', async () => {
  const { engine, batcher } = pooled(1)
  const answers = [batcher.predict(rows(1, 1))]
  await turn()
  answers.push(batcher.predict(rows(1, 2)))
  await turn()
  engine.maxConcurrency = 2
  batcher.roomChanged()
  await turn()
  expect(engine.held).toHaveLength(2)
  await engine.finishAll()
  await Promise.all(answers)
})

test('a lone call reaches the engine as it came, options and all', async () => {
  const { engine, batcher } = pooled(1)
  const inputs = rows(2, 1, 2)
  const options = { signal: new AbortController().signal, deadline: performance.now() + 60_000 }
  const answer = batcher.predict(inputs, options)
  await turn()
  expect(engine.held[0]!.inputs).toBe(inputs)
  expect(engine.held[0]!.options).toBe(options)
  await engine.finishAll()
  expect(answered(await answer)).toEqual([1, 2])
})

test('a large call is cut, its parts run at the same time, and small ones come between', async () => {
  const { engine, batcher } = pooled(2)
  const large = batcher.predict(rows(1, ...upTo(40)))
  await turn()
  expect(sizesOf(engine)).toEqual([8, 8])
  const small = batcher.predict(rows(1, 100))
  engine.held[1]!.finish()
  await turn()
  engine.held[0]!.finish()
  await turn()
  expect(engine.runs.slice(2).map(({ values }) => values.includes(100))).toEqual([false, true])
  await engine.finishAll()
  expect(answered(await large)).toEqual(upTo(40))
  expect(answered(await small)).toEqual([100])
})

test('only the sizes of the plan are formed, and what is left over goes first into the next batch', async () => {
  const { engine, batcher } = pooled(1, plan({ sizes: [1, 4] }))
  const answers = [2, 3].map((count, index) =>
    batcher.predict(rows(1, ...upTo(count).map((n) => n + 10 * index))),
  )
  await engine.finishAll()
  expect(sizesOf(engine)).toEqual([4, 1])
  expect((await Promise.all(answers)).map(answered)).toEqual([
    [1, 2],
    [11, 12, 13],
  ])
})

test('a plan that comes or goes while calls wait holds for them too', async () => {
  const { engine, batcher } = pooled(1, undefined)
  const answers = upTo(5).map((value) => batcher.predict(rows(1, value)))
  batcher.use(UP_TO_8)
  await turn()
  expect(sizesOf(engine)).toEqual([5])
  answers.push(batcher.predict(rows(1, ...upTo(20))))
  engine.held[0]!.finish()
  await turn()
  batcher.use(undefined)
  await engine.finishAll()
  expect(sizesOf(engine)).toEqual([5, 8, 12])
  expect(answered((await Promise.all(answers)).at(-1)!)).toEqual(upTo(20))
})

test('no row of a call with tensors of unequal length gets next to others', async () => {
  const { engine, batcher } = pooled(1)
  const uneven = new Map([...rows(1, 1, 2), ['z', rows(1, 3).get('x')!]])
  const answers = [batcher.predict(uneven), batcher.predict(uneven), batcher.predict(rows(1, 5))]
  await engine.finishAll()
  await Promise.all(answers)
  expect(sizesOf(engine)).toEqual([2, 2, 1])
})

test('the guilty call of a batch fails alone', async () => {
  const { engine, batcher } = pooled(1)
  const values = upTo(8)
  values[5]! += GUILTY
  const answers = values.map((value) => settle(batcher.predict(rows(1, value))))
  await engine.finishAll()
  const failed = (await Promise.all(answers)).map((answer) => answer instanceof Error && answer.message)
  expect(failed.filter(Boolean)).toEqual([`The model fails on ${values[5]}`])
  expect(failed[5]).toBeTruthy()
  expect(sizesOf(engine)).toEqual([8, 4, 4, 2, 2, 1, 1])
  expect(batcher.stats.halved).toBe(3)
})

test('a call of which a part has failed fails at once, and what is left of it is not run', async () => {
  const { engine, batcher } = pooled(1)
  const values = upTo(40)
  values[0]! += GUILTY
  const failing = settle(batcher.predict(rows(1, ...values)))
  await turn()
  engine.held[0]!.finish()
  expect(await failing).toMatchObject({ code: 'BAD_REQUEST' })
  await turn()
  expect(sizesOf(engine)).toEqual([8])
})

test('a batch that nobody waits for any more is taken back', async () => {
  const { engine, batcher } = pooled(1)
  const controllers = [new AbortController(), new AbortController()]
  const answers = controllers.map(({ signal }) => settle(batcher.predict(rows(1, 1), { signal })))
  await turn()
  const { signal } = engine.held[0]!.options
  controllers[0]!.abort()
  expect(await answers[0]).toMatchObject({ code: 'CANCELLED' })
  expect(signal?.aborted).toBe(false)
  controllers[1]!.abort()
  expect(signal?.aborted).toBe(true)
  expect(await answers[1]).toMatchObject({ code: 'CANCELLED' })
  expect(engine.held).toHaveLength(0)
  expect(batcher.stats.cancelled).toBe(0)
})

test('calls that are taken back or late while they wait are dropped and counted', async () => {
  const { engine, batcher } = pooled(1)
  const first = batcher.predict(rows(1, 1))
  await turn()
  const controller = new AbortController()
  const gone = settle(batcher.predict(rows(1, 2), { signal: controller.signal }))
  const late = settle(batcher.predict(rows(1, 3), { deadline: performance.now() + 5 }))
  const last = batcher.predict(rows(1, 4))
  controller.abort()
  expect(await gone).toMatchObject({ code: 'CANCELLED' })
  expect(await late).toMatchObject({ code: 'DEADLINE_EXCEEDED' })
  await engine.finishAll()
  await Promise.all([first, last])
  expect(engine.runs.map(({ values }) => values)).toEqual([[1], [4]])
  expect(batcher.stats).toMatchObject({ cancelled: 1, expired: 1 })
})

test('each call of a run without end gets its error at its own deadline, the run the last of them', async () => {
  const { engine, batcher } = pooled(1)
  const now = performance.now()
  const early = settle(batcher.predict(rows(1, 1), { deadline: now + 10 }))
  const later = settle(batcher.predict(rows(1, 2), { deadline: now + 60_000 }))
  await turn()
  expect(engine.held[0]!.options.deadline).toBe(now + 60_000)
  expect(await early).toMatchObject({ code: 'DEADLINE_EXCEEDED' })
  engine.held[0]!.finish()
  expect(answered((await later) as TensorMap)).toEqual([2])
})

test('the rows of an answer are its own memory', async () => {
  const { engine, batcher } = pooled(1)
  const answers = upTo(4).map((value) => batcher.predict(rows(3, value)))
  await engine.finishAll()
  for (const outputs of await Promise.all(answers)) {
    for (const { data } of outputs.values()) {
      expect(ArrayBuffer.isView(data) && data.buffer.byteLength).toBe((data as Float64Array).byteLength)
    }
  }
})

test('timing tells the rows of the run, and of a cut call the wall time of all its runs', async () => {
  const { engine, batcher } = pooled(2, plan({ sizes: [1, 2] }))
  engine.predict = async (inputs, { timing } = {}) => {
    await new Promise((resolve) => setTimeout(resolve, 20))
    timing!.compute = 20
    return rows(1, ...(inputs.get('x')!.data as Float64Array))
  }
  const timings = upTo(3).map(() => newTiming())
  const begun = performance.now()
  await Promise.all([
    batcher.predict(rows(1, 1), { timing: timings[0]! }),
    batcher.predict(rows(1, 2), { timing: timings[1]! }),
  ])
  expect(timings[0]).toMatchObject({ compute: 20 })
  await batcher.predict(rows(1, ...upTo(8)), { timing: timings[2]! })
  expect(timings[2]!.batchRows).toBe(2)
  expect(timings[2]!.compute).toBeGreaterThan(35)
  expect(timings[2]!.compute).toBeLessThan(performance.now() - begun)
})

test('closing lets what waits be answered; abandoning answers it at once', async () => {
  const { engine, batcher } = pooled(1)
  const answers = upTo(20).map((value) => batcher.predict(rows(1, value)))
  const closing = batcher.close()
  await engine.finishAll()
  expect((await Promise.all(answers)).map((outputs) => answered(outputs)[0])).toEqual(upTo(20))
  await closing
  expect(engine.closed).toBe(true)

  const other = pooled(1)
  const abandoned = upTo(20).map((value) => settle(other.batcher.predict(rows(1, value))))
  await turn()
  other.batcher.abandon()
  for (const answer of await Promise.all(abandoned)) {
    expect(answer).toMatchObject({ code: 'TEMPORARILY_UNAVAILABLE' })
  }
  await other.batcher.close()
})

test('many shapes, served and gone, leave no trace', async () => {
  const { engine, batcher } = pooled(1)
  const kept: WeakRef<TensorMap>[] = []
  const answers = upTo(200).map((width) => {
    const inputs = rows(width, 1)
    kept.push(new WeakRef(inputs))
    return batcher.predict(inputs).then(() => {})
  })
  await engine.finishAll()
  await Promise.all(answers)
  engine.runs.length = 0
  await collectGarbage()
  expect(kept.filter((reference) => reference.deref() !== undefined).length).toBeLessThan(3)
  await batcher.close()
})

async function collectGarbage(): Promise<void> {
  const { setFlagsFromString } = await import('node:v8')
  const { runInNewContext } = await import('node:vm')
  setFlagsFromString('--expose-gc')
  const gc = runInNewContext('gc') as () => void
  for (let round = 0; round < 3; round += 1) {
    await turn()
    gc()
  }
}
