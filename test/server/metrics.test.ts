import { expect, test } from 'vitest'
import { Buckets } from '../../src/server/metrics/buckets.ts'
import { FakeModels, fakeModel } from './support/fake-model.ts'
import { score, startServer } from './support/running.ts'

async function scrape(url: string): Promise<string> {
  const reply = await fetch(`${url}/metrics`)
  expect(reply.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/)
  return await reply.text()
}

test('counts requests by model and status, rows, and the time of each stage', async () => {
  const { url } = await startServer()
  await score(url, '{"inputs": [[1], [2], [3]]}')
  await score(url)
  await score(url, 'not JSON')
  await fetch(`${url}/nope`)
  const text = await scrape(url)
  expect(text).toContain('headrace_requests_total{model="sums",version="3",code="200"} 2')
  expect(text).toContain('headrace_requests_total{model="sums",version="3",code="400"} 1')
  expect(text).toContain('headrace_requests_total{model="",version="",code="404"} 1')
  expect(text).toContain('headrace_rows_total{model="sums",version="3"} 4')
  for (const stage of ['parse', 'queue', 'compute', 'serialise']) {
    expect(text).toContain(
      `headrace_request_stage_seconds_count{model="sums",version="3",stage="${stage}"} 2`,
    )
  }
  expect(text).toContain(
    'headrace_request_stage_seconds_bucket{le="+Inf",model="sums",version="3",stage="total"} 3',
  )
  expect(text).toContain('headrace_requests_in_flight 1')
  expect(text).toMatch(/^process_resident_memory_bytes \d/m)
})

test('tells what is served and how it fares', async () => {
  const stats = { workers: 4, running: 2, queued: 7, workerRestarts: 1 }
  const models = new FakeModels(fakeModel({ stats, placement: 'pool' }))
  const { url } = await startServer({ models })
  const text = await scrape(url)
  expect(text).toContain(
    'headrace_model_info{model="sums",version="3",name="sums",alias="champion",flavor="fake",engine="onnxruntime",placement="pool",uri="models:/sums@champion"} 1',
  )
  expect(text).toContain('headrace_workers{model="sums",version="3"} 4')
  expect(text).toContain('headrace_running{model="sums",version="3"} 2')
  expect(text).toContain('headrace_queue_length{model="sums",version="3"} 7')
  expect(text).toContain('headrace_worker_restarts_total{model="sums",version="3"} 1')
})

test('a second scrape does not count twice', async () => {
  const { url } = await startServer()
  await score(url)
  await scrape(url)
  expect(await scrape(url)).toContain('headrace_requests_total{model="sums",version="3",code="200"} 1')
})

test('a bucket holds what is at or below its bound', () => {
  const buckets = new Buckets([1, 10])
  for (const value of [0, 1, 1.5, 10, 11]) buckets.observe(value)
  expect([...buckets.counts]).toEqual([2, 2, 1])
  expect(buckets.sum).toBe(23.5)
})
