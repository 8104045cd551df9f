import { cpSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { freePort } from '../fixtures/free-port.ts'
import { temporaryFolder } from '../fixtures/temporary-folder.ts'
import { HeadraceProcess, ROOT, run } from './support/headrace-process.ts'

const IRIS = join(ROOT, 'models/iris/1')
const HEALTHCHECK = join(ROOT, 'src/cli/healthcheck.ts')
/** As the image has it. */
const IMAGE = { MLFLOW_HOST: '127.0.0.1', MLFLOW_PORT: '8080', HEADRACE_MODEL_URI: `iris=${IRIS}` }
const EXAMPLE = readFileSync(join(IRIS, 'serving_input_example.json'), 'utf8')
const ROW = {
  'sepal length (cm)': 5.1,
  'sepal width (cm)': 3.5,
  'petal length (cm)': 1.4,
  'petal width (cm)': 0.2,
}

type Variables = Readonly<Record<string, string>>

/** Runs what the image's command runs, in the environment of a platform. */
async function serve(
  env: Variables,
  use: (url: string, process: HeadraceProcess) => Promise<void>,
): Promise<void> {
  const process = new HeadraceProcess({ args: ['serve'], env: { ...IMAGE, ...env } })
  try {
    await use(await process.listening(), process)
  } finally {
    process.signal('SIGKILL')
    await process.finished()
  }
}

async function post(url: string, body: string, headers: Variables = {}): Promise<readonly [number, unknown]> {
  const reply = await fetch(url, { method: 'POST', body, headers })
  return [reply.status, await reply.json()]
}

const isHealthy = async (env: Variables): Promise<boolean> => {
  const { code } = await run({
    command: [process.execPath, HEALTHCHECK],
    args: [],
    env: { ...IMAGE, ...env },
  })
  return code === 0
}

const json = { 'content-type': 'application/json' }
const PREDICTIONS = expect.arrayContaining([expect.objectContaining({ output_label: 'setosa' })])

describe('SageMaker', () => {
  test('finds its routes on the port that it names, and batch transforms their parameters', async () => {
    const env = { SAGEMAKER_BIND_TO_PORT: String(await freePort()), SAGEMAKER_BATCH: 'true' }
    await serve(env, async (url, server) => {
      expect(url).toBe(`http://127.0.0.1:${env.SAGEMAKER_BIND_TO_PORT}`)
      expect((await fetch(`${url}/ping`)).status).toBe(200)
      const headers = { ...json, 'x-amzn-sagemaker-custom-attributes': 'a=1' }
      expect(await post(`${url}/invocations`, EXAMPLE, headers)).toEqual([200, { predictions: PREDICTIONS }])
      const csv = `${Object.keys(ROW).join(',')}\n${Object.values(ROW).join(',')}\n`
      expect(await post(`${url}/invocations`, csv, { 'content-type': 'text/csv' })).toEqual([
        200,
        { predictions: PREDICTIONS },
      ])
      expect(await (await fetch(`${url}/execution-parameters`)).json()).toMatchObject({ MaxPayloadInMB: 6 })
      expect(await isHealthy(env)).toBe(true)
      expect(await isHealthy({ MLFLOW_PORT: String(await freePort()) })).toBe(false)
      server.signal('SIGTERM')
      expect((await server.finished()).code).toBe(0)
    })
  })

  test('is told at once that there are no multi-model endpoints', async () => {
    const { code, stderr } = await run({ args: ['serve'], env: { ...IMAGE, SAGEMAKER_MULTI_MODEL: 'true' } })
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(/^headrace: SAGEMAKER_MULTI_MODEL is set[^\n]*\n$/),
    ])
  })
})

describe('Vertex AI', () => {
  const route = '/v1/endpoints/1/deployedModels/2'

  test('is answered at its routes', async () => {
    const env = {
      ...{ AIP_HTTP_PORT: String(await freePort()), AIP_HEALTH_ROUTE: route },
      ...{
        AIP_PREDICT_ROUTE: `${route}:predict`,
        AIP_STORAGE_URI: 'gs://bucket/model',
        AIP_MODE: 'PREDICTION',
      },
    }
    await serve(env, async (url) => {
      expect(url).toBe(`http://127.0.0.1:${env.AIP_HTTP_PORT}`)
      expect((await fetch(url + route)).status).toBe(200)
      const body = JSON.stringify({ instances: [ROW, ROW], parameters: null })
      const [status, reply] = await post(`${url}${route}:predict`, body, json)
      expect([status, reply]).toEqual([200, { predictions: PREDICTIONS }])
      expect((reply as { predictions: unknown[] }).predictions).toHaveLength(2)
      expect((await post(`${url}${route}:predict`, '{"instances": [{}]}', json))[0]).toBe(400)
    })
  })

  test('is told that a bucket is not read, where no model is inside', async () => {
    const env = { HEADRACE_MODEL_URI: '/opt/ml/nowhere', AIP_STORAGE_URI: 'gs://bucket/model' }
    const { code, stderr } = await run({ args: ['serve'], env: { ...IMAGE, ...env } })
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(/^headrace: AIP_STORAGE_URI names 'gs:[^\n]*\n$/),
    ])
  })
})

describe('Azure ML', () => {
  test('is answered by the model that it has mounted, at its routes', async () => {
    const mounted = join(temporaryFolder(), 'azureml-models/flowers/3')
    cpSync(IRIS, join(mounted, 'model'), { recursive: true })
    const env = { MLFLOW_PORT: String(await freePort()), AZUREML_MODEL_DIR: mounted, HEADRACE_MODEL_URI: '' }
    await serve(env, async (url) => {
      expect((await fetch(`${url}/`)).status).toBe(200)
      const { dataframe_split: split } = JSON.parse(EXAMPLE) as { dataframe_split: { data: unknown[] } }
      const input_data = { ...split, index: split.data.map((_, i) => i) }
      expect(await post(`${url}/score`, JSON.stringify({ input_data }), json)).toEqual([200, PREDICTIONS])
      expect(await post(`${url}/score`, JSON.stringify({ input_data: [ROW] }), json)).toEqual([
        200,
        PREDICTIONS,
      ])
      expect(await post(`${url}/models/flowers/invocations`, EXAMPLE, json)).toEqual([
        200,
        { predictions: PREDICTIONS },
      ])
    })
  })
})

describe("a platform's variables", () => {
  test('count less than what the command line says', async () => {
    const port = String(await freePort())
    const env = { AIP_HTTP_PORT: '1', AZUREML_MODEL_DIR: '/nowhere' }
    const process = new HeadraceProcess({
      args: ['serve', '-p', port, '-m', IRIS],
      env: { ...IMAGE, ...env },
    })
    try {
      expect(await process.listening()).toBe(`http://127.0.0.1:${port}`)
    } finally {
      process.signal('SIGKILL')
      await process.finished()
    }
  })

  test('may name a flavor that the model has not, which is refused', async () => {
    const env = { MLFLOW_DEPLOYMENT_FLAVOR_NAME: 'tfjs' }
    const { code, stderr } = await run({ args: ['serve'], env: { ...IMAGE, ...env } })
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(/has no flavor 'tfjs'; its flavors are: [^\n]*onnx/),
    ])
  })
})
