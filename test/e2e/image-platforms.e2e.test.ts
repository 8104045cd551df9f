import { cpSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { freePort } from '../fixtures/free-port.ts'
import { temporaryFolder } from '../fixtures/temporary-folder.ts'
import { buildImage, buildPrograms } from './support/containers/built-image.ts'
import type { Container } from './support/containers/container.ts'
import { Podman, type RunPlan } from './support/containers/podman.ts'
import { ROOT } from './support/headrace-process.ts'
import { score } from './support/serving.ts'

const IMAGE = 'localhost/iris:1'
const FLOWER = {
  'sepal length (cm)': 5.1,
  'sepal width (cm)': 3.5,
  'petal length (cm)': 1.4,
  'petal width (cm)': 0.2,
}
const ROWS = { dataframe_records: [FLOWER] }

const folder = temporaryFolder()
const model = join(folder, 'iris')
const podman = new Podman()

beforeAll(async () => {
  await buildPrograms()
  cpSync(join(ROOT, 'models/iris/1'), model, { recursive: true })
  const archive = join(folder, 'iris.tar')
  await buildImage([
    '-m',
    model,
    '-o',
    archive,
    '-n',
    'iris:1',
    '--no-trial',
    '--cache-dir',
    join(folder, 'cache'),
  ])
  await podman.load(archive)
})

afterAll(() => podman.stop())

/** A container that runs for as long as `use` does, with a port that the plan tells it in its platform's way. */
async function running(
  plan: (port: number) => RunPlan,
  ready: string,
  use: (url: string, container: Container) => Promise<void>,
): Promise<void> {
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const container = await podman.start(IMAGE, plan(port))
  await container.answers(url + ready)
  await use(url, container)
  await container.remove()
}

/** The run that a model is of, by its MLmodel file; the log of a server has it. */
function runOf(path: string): string | undefined {
  return /^run_id: (\w+)$/m.exec(readFileSync(join(ROOT, path, 'MLmodel'), 'utf8'))?.[1]
}

describe('an image of build-image', () => {
  test('is started by SageMaker, with the model that it mounts', async () => {
    const plan = (port: number): RunPlan => ({
      flags: ['--volume', `${join(ROOT, 'models/iris/2')}:/opt/ml/model:ro`],
      env: { SAGEMAKER_BIND_TO_PORT: String(port) },
      args: ['serve'],
    })
    await running(plan, '/ping', async (url, container) => {
      expect(await score(url, ROWS)).toMatchObject({ status: 200 })
      expect(await container.logs()).toContain(runOf('models/iris/2'))
    })
  })

  test('is started by Vertex AI, by the routes and the port of its variables', async () => {
    const plan = (port: number): RunPlan => ({
      env: { AIP_HTTP_PORT: String(port), AIP_HEALTH_ROUTE: '/alive', AIP_PREDICT_ROUTE: '/guess' },
    })
    await running(plan, '/alive', async (url) => {
      const reply = await fetch(`${url}/guess`, {
        method: 'POST',
        body: JSON.stringify({ instances: [FLOWER] }),
        headers: { 'content-type': 'application/json' },
      })
      expect(reply.status).toBe(200)
      expect(await reply.json()).toMatchObject({ predictions: [expect.anything()] })
    })
  })

  test('is started by Azure ML, with the model of its variable', async () => {
    const azure = join(folder, 'azure')
    mkdirSync(azure)
    cpSync(join(ROOT, 'models/iris/2'), join(azure, 'iris-model'), { recursive: true })
    const plan = (port: number): RunPlan => ({
      flags: ['--volume', `${azure}:/var/azureml-app/azureml-models/iris/1:ro`],
      env: { MLFLOW_PORT: String(port), AZUREML_MODEL_DIR: '/var/azureml-app/azureml-models/iris/1' },
    })
    await running(plan, '/', async (url, container) => {
      const rows = { input_data: { columns: Object.keys(FLOWER), index: [0], data: [Object.values(FLOWER)] } }
      const reply = await fetch(`${url}/score`, {
        method: 'POST',
        body: JSON.stringify(rows),
        headers: { 'content-type': 'application/json' },
      })
      expect(reply.status).toBe(200)
      expect(await container.logs()).toContain(runOf('models/iris/2'))
    })
  })

  test("heeds the variables of MLflow's own images", async () => {
    const plan = (port: number): RunPlan => ({
      env: { MLFLOW_PORT: String(port), MLFLOW_SCORING_SERVER_REQUEST_TIMEOUT: '7' },
    })
    await running(plan, '/ping', async (url) => {
      expect(await score(url, ROWS)).toMatchObject({
        status: 200,
        reply: { predictions: expect.any(Array) },
      })
      expect(await (await fetch(`${url}/version`)).text()).toMatch(/^\d+\.\d+/)
    })
  })
})
