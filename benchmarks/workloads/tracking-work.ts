import { type ApiCall, send } from '../load/call-loop.ts'

/** What a tracking server is asked for, with what is there when it is. */
export interface TrackingWork {
  readonly name: string
  readonly connections: number
  call(number: number): ApiCall
}

const FIRST_TIMESTAMP_MS = 1_700_000_000_000

/** Fills an empty server with runs, 300 where it is to be measured, and a model. @returns the kinds of work. */
export async function prepareTracking(url: string, runs: number): Promise<readonly TrackingWork[]> {
  const created = await post(url, 'experiments/create', { name: 'bench' })
  const experimentId = String(created['experiment_id'])
  const runIds: string[] = []
  for (let index = 0; index < runs; index += 1) runIds.push(await createRun(url, experimentId, index))
  await createModel(url, runIds[0] ?? '')
  return [
    { name: 'log-metric', connections: 8, call: (number) => logMetric(runIds[number % 8] ?? '', number) },
    { name: 'log-batch of 100', connections: 1, call: (number) => logBatch(runIds[8] ?? '', number) },
    { name: 'get-run', connections: 8, call: (number) => getRun(runIds[9 + (number % (runs - 9))] ?? '') },
    {
      name: 'alias',
      connections: 8,
      call: () => ({ verb: 'GET', path: `${API}/registered-models/alias?name=bench&alias=champion` }),
    },
    { name: 'search 100 of 300', connections: 1, call: () => search(experimentId, runs / 3) },
  ]
}

const API = '/api/2.0/mlflow'

async function createRun(url: string, experimentId: string, index: number): Promise<string> {
  const fields = {
    experiment_id: experimentId,
    run_name: `run ${index}`,
    start_time: FIRST_TIMESTAMP_MS + index,
  }
  const { run } = (await post(url, 'runs/create', fields)) as { run: { info: { run_id: string } } }
  const runId = run.info.run_id
  await post(url, 'runs/log-batch', {
    run_id: runId,
    metrics: numbered(10).map((key) => ({
      key: `m${key}`,
      value: index + key,
      timestamp: FIRST_TIMESTAMP_MS,
      step: 0,
    })),
    params: numbered(10).map((key) => ({ key: `p${key}`, value: String(index) })),
  })
  return runId
}

async function createModel(url: string, runId: string): Promise<void> {
  const source = `mlflow-artifacts:/1/${runId}/artifacts/model`
  await post(url, 'registered-models/create', { name: 'bench' })
  await post(url, 'model-versions/create', { name: 'bench', source, run_id: runId })
  await post(url, 'registered-models/alias', { name: 'bench', alias: 'champion', version: '1' })
}

function logMetric(runId: string, number: number): ApiCall {
  return apiPost('runs/log-metric', {
    ...{ run_id: runId, key: 'loss', value: number / 7 },
    ...{ timestamp: FIRST_TIMESTAMP_MS + number, step: number },
  })
}

function logBatch(runId: string, number: number): ApiCall {
  const metrics = numbered(100).map((key) => ({
    ...{ key: `batch${key}`, value: number / 7 + key },
    ...{ timestamp: FIRST_TIMESTAMP_MS + number, step: number },
  }))
  return apiPost('runs/log-batch', { run_id: runId, metrics })
}

function getRun(runId: string): ApiCall {
  return { verb: 'GET', path: `${API}/runs/get?run_id=${runId}` }
}

/** Two thirds of the runs pass the filter, of which 100 are asked for. */
function search(experimentId: string, least: number): ApiCall {
  return apiPost('runs/search', {
    ...{ experiment_ids: [experimentId], filter: `metrics.m0 >= ${least}`, max_results: 100 },
  })
}

function apiPost(path: string, body: object): ApiCall {
  return { verb: 'POST', path: `${API}/${path}`, body: JSON.stringify(body) }
}

async function post(url: string, path: string, body: object): Promise<Readonly<Record<string, unknown>>> {
  return JSON.parse(await send(url, apiPost(path, body))) as Readonly<Record<string, unknown>>
}

function numbered(count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => index)
}
