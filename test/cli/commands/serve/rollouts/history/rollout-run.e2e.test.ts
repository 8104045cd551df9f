import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test, vi } from 'vitest'
import { startHeadraceServer, type TrackingServer } from '../../../../../client/support/tracking-servers.ts'
import { HeadraceProcess, ROOT } from '../../../../../e2e/support/headrace-process.ts'
import { python } from '../../../../../e2e/support/python.ts'
import { PATIENCE } from '../../../../../fixtures/patience.ts'
import { temporaryFolder } from '../../../../../fixtures/temporary-folder.ts'

const COLUMNS = ['sepal length (cm)', 'sepal width (cm)', 'petal length (cm)', 'petal width (cm)']
const JSON_TYPE = { 'content-type': 'application/json' }

const open: { stop(): Promise<unknown> }[] = []

afterEach(async () => {
  await Promise.all(open.splice(0).map((each) => each.stop()))
})

/** What MLflow's own client finds of a rollout's run. */
const READ = `
import json, mlflow
client = mlflow.MlflowClient()
experiment = client.get_experiment_by_name('headrace-rollouts')
[run] = client.search_runs([experiment.experiment_id])
text = lambda path: open(client.download_artifacts(run.info.run_id, path)).read()
outcomes = [text(each.path) for each in client.list_artifacts(run.info.run_id, 'outcomes')]
history = client.get_metric_history(run.info.run_id, 'b/requests')
print(json.dumps({
    'name': run.info.run_name, 'status': run.info.status, 'id': run.info.run_id,
    'params': run.data.params, 'tags': run.data.tags, 'metrics': run.data.metrics,
    'points': len(history), 'inputs': len(run.inputs.model_inputs),
    'phase': json.loads(text('report.json'))['phase'],
    'html': text('report.html')[:15],
    'outcomes': [json.loads(line) for each in outcomes for line in each.splitlines()],
}))
`

interface ReadRun {
  readonly name: string
  readonly status: string
  readonly id: string
  readonly params: Readonly<Record<string, string>>
  readonly tags: Readonly<Record<string, string>>
  readonly metrics: Readonly<Record<string, number>>
  readonly points: number
  readonly inputs: number
  readonly phase: string
  readonly html: string
  readonly outcomes: readonly { readonly outcome_id: string; readonly value: number }[]
}

async function headrace(folder: string, trackingUri: string, ...args: readonly string[]): Promise<void> {
  const command = new HeadraceProcess({ args, cwd: folder, env: { MLFLOW_TRACKING_URI: trackingUri } })
  expect((await command.finished()).code).toBe(0)
}

async function registerVersions(folder: string, trackingUri: string): Promise<void> {
  const register = ['models', 'register', '-n', 'iris', '-a'] as const
  await headrace(folder, trackingUri, ...register, 'champion', `${ROOT}models/iris/1`)
  await headrace(folder, trackingUri, ...register, 'challenger', `${ROOT}models/iris/2`)
}

function serve(folder: string, trackingUri: string): HeadraceProcess {
  const models = ['-m', 'a=models:/iris@champion', '-m', 'b=models:/iris@challenger']
  const server = new HeadraceProcess({
    args: ['serve', ...models, '--split', 'a=50,b=50', '--port', '0'],
    cwd: folder,
    env: { MLFLOW_TRACKING_URI: trackingUri, HEADRACE_CACHE_DIR: join(folder, 'cache') },
  })
  open.push(server)
  return server
}

/** @returns its outcome id */
async function score(url: string, key: string): Promise<string> {
  const body = JSON.stringify({ dataframe_split: { columns: COLUMNS, data: [[5.1, 3.5, 1.4, 0.2]] } })
  const headers = { ...JSON_TYPE, 'x-headrace-key': key }
  const reply = await fetch(`${url}/invocations`, { method: 'POST', headers, body })
  expect(reply.status, await reply.text()).toBe(200)
  return reply.headers.get('x-headrace-outcome-id') ?? ''
}

async function post(url: string, body: object): Promise<unknown> {
  const reply = await fetch(url, { method: 'POST', headers: JSON_TYPE, body: JSON.stringify(body) })
  const text = await reply.text()
  expect(reply.status, text).toBe(200)
  return JSON.parse(text)
}

async function runRollout(folder: string, trackingUri: string): Promise<{ ids: string[]; run: ReadRun }> {
  await registerVersions(folder, trackingUri)
  const server = serve(folder, trackingUri)
  const url = await server.listening()
  await server.printed(/The history of the rollout iris is run [0-9a-f]{32}/)
  const ids: string[] = []
  for (let key = 0; key < 40; key++) ids.push(await score(url, `user-${key}`))
  for (const [index, id] of ids.entries()) {
    await post(`${url}/rollouts/iris/outcomes`, { outcome_id: id, value: index % 2 })
  }
  await post(`${url}/rollouts/iris/promote`, { variant: 'b' })
  const read = async (): Promise<ReadRun> => {
    const printed = await python(READ, { env: { MLFLOW_TRACKING_URI: trackingUri }, cwd: folder })
    return JSON.parse(printed.trim().split('\n').at(-1) ?? '') as ReadRun
  }
  await vi.waitFor(async () => expect((await read()).status).toBe('FINISHED'), PATIENCE)
  await server.terminate()
  return { ids, run: await read() }
}

function expectHistory(ids: readonly string[], run: ReadRun): void {
  expect(run).toMatchObject({ name: 'iris', status: 'FINISHED', phase: 'promoted', html: '<!doctype html>' })
  expect(run.params).toMatchObject({ rollout: 'iris', control: 'a', split: 'a=50,b=50' })
  expect(run.tags).toMatchObject({ 'headrace.variant.b': 'models:/iris@challenger (version 2)' })
  expect(run.points).toBeGreaterThanOrEqual(2)
  expect(run.metrics['a/requests']).toBeGreaterThan(0)
  expect((run.metrics['a/outcomes'] ?? 0) + (run.metrics['b/outcomes'] ?? 0)).toBe(40)
  expect(run.metrics['b/percent']).toBe(100)
  expect(run.outcomes.map((outcome) => outcome.outcome_id).sort()).toEqual([...ids].sort())
}

test('MLflow reads the history of a rollout from the embedded store', async () => {
  const folder = temporaryFolder()
  const { ids, run } = await runRollout(folder, 'sqlite:///mlflow.db')
  expectHistory(ids, run)
  expect(existsSync(join(folder, 'mlflow.db.headrace-rollouts', 'iris', 'state.json'))).toBe(true)
})

test('MLflow reads the history of a rollout from a tracking server', async () => {
  const tracking: TrackingServer = await startHeadraceServer()
  open.push(tracking)
  const folder = temporaryFolder()
  const { ids, run } = await runRollout(folder, tracking.url)
  expectHistory(ids, run)
  expect(readdirSync(folder)).toEqual(['cache'])
})
