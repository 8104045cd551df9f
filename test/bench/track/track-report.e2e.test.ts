import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { trackReport } from '../../../src/bench/track/track-report.ts'
import { MlflowClient } from '../../../src/client/index.ts'
import { TRACKING_SERVERS, type TrackingServer } from '../../client/support/tracking-servers.ts'
import { python } from '../../e2e/support/python.ts'
import { comparedReport, lookReport, maxReport } from '../support/sample-reports.ts'

/** What MLflow's own client sees of a run. */
interface ReadRun {
  readonly name: string
  readonly status: string
  readonly experiment: string
  readonly params: Readonly<Record<string, string>>
  readonly metrics: Readonly<Record<string, number>>
  readonly seconds: readonly (readonly [step: number, value: number])[]
  readonly rates: readonly number[]
  readonly schema: string
  readonly page: string
  readonly children: readonly string[]
}

const READ = `
import json, sys, mlflow
mlflow.set_tracking_uri(sys.argv[1])
client = mlflow.MlflowClient()
run = client.get_run(sys.argv[2])
experiment = client.get_experiment(run.info.experiment_id)
uri = f'runs:/{run.info.run_id}'
children = client.search_runs([experiment.experiment_id], f"tags.mlflow.parentRunId = '{run.info.run_id}'")
print(json.dumps(dict(
    name=run.info.run_name, status=run.info.status, experiment=experiment.name,
    params=run.data.params, metrics=run.data.metrics,
    seconds=[[m.step, m.value] for m in client.get_metric_history(run.info.run_id, 'over_time/rate')],
    rates=[m.step for m in client.get_metric_history(run.info.run_id, 'by_rate/p99_ms')],
    schema=mlflow.artifacts.load_dict(uri + '/result.json')['schema'],
    page=mlflow.artifacts.load_text(uri + '/report.html')[:15],
    children=sorted(child.info.run_name for child in children))))
`

describe.each(TRACKING_SERVERS)('a report that is logged, with $name', ({ start }) => {
  let server: TrackingServer
  let client: MlflowClient

  beforeAll(async () => {
    server = await start()
    client = new MlflowClient({ trackingUri: server.url, maxRetries: 0 })
  })
  afterAll(async () => {
    await client.close()
    await server.stop()
  })

  async function read(runId: string): Promise<ReadRun> {
    return JSON.parse(await python(READ, { args: [server.url, runId] })) as ReadRun
  }

  test("is a run with params, figures, seconds and files, to MLflow's own client", async () => {
    const report = await lookReport()
    const { runId } = await trackReport(report, { client, experiment: 'load' })
    const run = await read(runId)
    expect(run).toMatchObject({ name: 'bench iris', status: 'FINISHED', experiment: 'load' })
    expect(run.params).toMatchObject({
      target: 'iris',
      load: '300/s poisson',
      duration_s: '12',
      dialect: 'mlflow',
    })
    const { latencyMs, overTime } = report.targets[0]!.chief!
    expect(run.metrics['latency_p99_ms']).toBe(latencyMs.p99)
    expect(run.metrics['errors']).toBe(0)
    expect(run.metrics['stage_inference_ms']).toBe(1.6)
    expect(run.seconds).toEqual(overTime.map(({ second, answered }) => [second, answered]))
    expect(run.schema).toBe('headrace-bench/1')
    expect(run.page).toBe('<!doctype html>')
  })

  test('of a search has latencies by rate', async () => {
    const report = await maxReport()
    const { runId } = await trackReport(report, { client, experiment: 'load' })
    const run = await read(runId)
    const max = report.targets[0]!.max!
    expect(run.metrics['max_rate']).toBe(max.ratePerSecond)
    const rates = max.tries.map(({ ratePerSecond }) => Math.round(ratePerSecond))
    expect(run.rates.toSorted()).toEqual(rates.toSorted())
  })

  test('of several targets has a run for each', async () => {
    const { runId } = await trackReport(await comparedReport(), { client, experiment: 'load' })
    expect(await read(runId)).toMatchObject({
      ...{ name: 'bench mlflow, headrace', status: 'FINISHED' },
      children: ['headrace', 'mlflow'],
    })
  })
})
