/** What does it cost to count a request in all metrics, with its stages? As part of a tiny request of some 50 us. Target: 1 us. */
import { newTiming } from '../../src/core/timing.ts'
import { ServerMetrics } from '../../src/server/metrics/server-metrics.ts'
import type { LoggedRequest } from '../../src/server/request-log.ts'
import { callCost } from '../lib/call-cost.ts'
import { machine } from '../lib/report.ts'

function request(status: number, modelName: string): LoggedRequest {
  return {
    ...{ id: 'one', traceparent: undefined, path: '/invocations', failure: undefined, changesModels: false },
    ...{ status, modelName, modelVersion: modelName === '' ? '' : '1', request: { method: 'POST' } },
    timing:
      status === 200 ? { ...newTiming(), parse: 0.004, compute: 0.01, rows: 1, batchRows: 4 } : undefined,
  }
}

const CASES = [
  { what: 'a prediction', models: 1, status: 200 },
  { what: 'a prediction', models: 20, status: 200 },
  { what: 'a refused request', models: 1, status: 400 },
]

const table = CASES.map(({ what, models, status }) => {
  const metrics = new ServerMetrics()
  const requests = Array.from({ length: models }, (_, index) => request(status, `model-${index}`))
  let next = 0
  const cost = callCost(() => {
    metrics.record(requests[next]!, 0.05)
    next = next + 1 === models ? 0 : next + 1
  })
  return { what, models, 'us a request': cost.toFixed(3) }
})
console.log(machine())
console.table(table)
