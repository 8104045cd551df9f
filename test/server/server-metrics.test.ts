import { expect, test } from 'vitest'
import { newTiming } from '../../src/core/timing.ts'
import { ServerMetrics } from '../../src/server/metrics/server-metrics.ts'
import type { LoggedRequest } from '../../src/server/request-log.ts'

function predicted(modelVersion: string): LoggedRequest {
  return {
    ...{
      id: 'r',
      traceparent: undefined,
      path: '/invocations',
      status: 200,
      modelName: 'iris',
      modelVersion,
    },
    ...{ failure: undefined, timing: newTiming(), changesModels: false, request: { method: 'POST' } },
  }
}

test('of the versions of a model that were loaded over time, those that predict nothing any more are forgotten', async () => {
  const metrics = new ServerMetrics()
  metrics.record(predicted('gone'), 1)
  await new Promise((resolve) => setTimeout(resolve, 5))
  for (let version = 0; version < 500; version += 1) {
    metrics.record(predicted(String(version)), 1)
    if (version < 20) metrics.record(predicted('gone'), 1)
    if (version === 20) await new Promise((resolve) => setTimeout(resolve, 5))
  }
  expect([...metrics.byModel()]).toHaveLength(100)
  expect(metrics.find('iris', 'gone')).toBeUndefined()
  expect(metrics.find('iris', '499')?.rows).toBeDefined()
})
