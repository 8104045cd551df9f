import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { temporaryFolder } from '../fixtures/temporary-folder.ts'
import type { BundledModel } from './support/bundled-models.ts'
import { type Finished, ROOT, run } from './support/headrace-process.ts'
import type { MlflowProcess } from './support/mlflow-process.ts'
import { startMlflowServer } from './support/mlflow-server.ts'
import { registerModels } from './support/registered-models.ts'
import { RegistryProxy } from './support/registry-proxy.ts'
import { score, serving } from './support/serving.ts'

const IRIS: BundledModel = {
  name: 'iris',
  version: '1',
  folder: join(ROOT, 'models/iris/2'),
  tolerance: 1e-5,
}
const EXAMPLE: unknown = JSON.parse(readFileSync(join(IRIS.folder, 'serving_input_example.json'), 'utf8'))
const URI = 'models:/iris@champion'

/** Starts a server of the model with an empty cache, and asks it once. */
async function expectServed(env: Readonly<Record<string, string>>): Promise<void> {
  const plan = { uri: URI, cwd: temporaryFolder(), env: { HEADRACE_CACHE_DIR: temporaryFolder(), ...env } }
  await serving(plan, async ({ url }) => {
    expect((await score(url, EXAMPLE)).status).toBe(200)
  })
}

/** @returns the one line in which a start was refused. */
async function refusal(env: Readonly<Record<string, string>>): Promise<string> {
  const ended: Finished = await run({
    args: ['serve', '--port', '0', '-m', URI],
    cwd: temporaryFolder(),
    env: { HEADRACE_CACHE_DIR: temporaryFolder(), MLFLOW_HTTP_REQUEST_MAX_RETRIES: '1', ...env },
  })
  expect([ended.code, ended.stdout]).toEqual([1, ''])
  const last = ended.stderr.trimEnd().split('\n').at(-1) ?? ''
  expect(last).toMatch(/^headrace: /)
  return ended.stderr
}

describe('an MLflow server with users and passwords', () => {
  const USER = 'admin'
  const PASSWORD = 'pass:word/12345'
  let server: MlflowProcess
  let uri: string

  beforeAll(async () => {
    server = await startMlflowServer({
      args: ['--app-name', 'basic-auth'],
      env: { MLFLOW_FLASK_SERVER_SECRET_KEY: 'of a test', MLFLOW_AUTH_ADMIN_PASSWORD: PASSWORD },
    })
    uri = server.url
    await registerModels(uri, [IRIS], {
      MLFLOW_TRACKING_USERNAME: USER,
      MLFLOW_TRACKING_PASSWORD: PASSWORD,
    })
  })
  afterAll(() => server?.stop())

  test('is reached with the variables of MLflow', async () => {
    await expectServed({
      MLFLOW_TRACKING_URI: uri,
      MLFLOW_TRACKING_USERNAME: USER,
      MLFLOW_TRACKING_PASSWORD: PASSWORD,
    })
  })

  test("is reached with MLflow's credentials file", async () => {
    const home = temporaryFolder()
    mkdirSync(join(home, '.mlflow'))
    const text = `[mlflow]\nmlflow_tracking_username = ${USER}\nmlflow_tracking_password = ${PASSWORD}\n`
    writeFileSync(join(home, '.mlflow/credentials'), text)
    await expectServed({ MLFLOW_TRACKING_URI: uri, HOME: home })
  })

  test('is reached with credentials in its URI, which nothing shows', async () => {
    const withUser = uri.replace('//', `//${USER}:${encodeURIComponent(PASSWORD)}@`)
    const env = { MLFLOW_TRACKING_URI: withUser, HEADRACE_CACHE_DIR: temporaryFolder() }
    await serving({ uri: URI, cwd: temporaryFolder(), env }, async ({ url, process }) => {
      expect((await score(url, EXAMPLE)).status).toBe(200)
      expect(process.output).not.toContain(PASSWORD)
      expect(process.output).not.toContain(encodeURIComponent(PASSWORD))
    })
  })

  test.each([
    ['no password', {}],
    ['a wrong password', { MLFLOW_TRACKING_USERNAME: USER, MLFLOW_TRACKING_PASSWORD: 'wrong-secret' }],
  ])('refuses %s, and the message says which variables to set', async (_, env) => {
    const message = await refusal({ MLFLOW_TRACKING_URI: uri, ...env })
    expect(message).toContain('MLFLOW_TRACKING_USERNAME')
    expect(message).toContain('MLFLOW_TRACKING_PASSWORD')
    expect(message).not.toContain('wrong-secret')
  })
})

describe('an MLflow server behind HTTPS, a path and a token', () => {
  const CERTIFICATE = join(ROOT, 'test/server/fixtures/localhost-cert.pem')
  const TOKEN = 'a-token-of-the-proxy'
  let server: MlflowProcess
  let proxy: RegistryProxy
  let uri: string

  beforeAll(async () => {
    server = await startMlflowServer({ args: ['--static-prefix', '/team/mlflow'] })
    proxy = await RegistryProxy.start({
      target: server.url,
      tls: {
        cert: readFileSync(CERTIFICATE),
        key: readFileSync(join(ROOT, 'test/server/fixtures/localhost-key.pem')),
      },
      mischief: (request) =>
        request.headers.authorization === `Bearer ${TOKEN}`
          ? undefined
          : { kind: 'answer', status: 401, body: 'Who are you?' },
    })
    uri = `${proxy.url}/team/mlflow`
    await registerModels(`${server.url}/team/mlflow`, [IRIS])
  })
  afterAll(async () => {
    await proxy?.close()
    await server?.stop()
  })

  test.each([
    ['a certificate authority of its own', { MLFLOW_TRACKING_SERVER_CERT_PATH: CERTIFICATE }],
    ["the variable of Python's requests", { REQUESTS_CA_BUNDLE: CERTIFICATE }],
    ['no check of certificates', { MLFLOW_TRACKING_INSECURE_TLS: 'true' }],
  ])('is reached with %s', async (_, env) => {
    await expectServed({ MLFLOW_TRACKING_URI: uri, MLFLOW_TRACKING_TOKEN: TOKEN, ...env })
  })

  test('is refused where its certificate is not known, and the message says what helps', async () => {
    const message = await refusal({ MLFLOW_TRACKING_URI: uri, MLFLOW_TRACKING_TOKEN: TOKEN })
    expect(message).toMatch(/certificate/)
    expect(message).toContain('MLFLOW_TRACKING_SERVER_CERT_PATH')
  })

  test('refuses a wrong token, which the message does not repeat', async () => {
    const message = await refusal({
      MLFLOW_TRACKING_URI: uri,
      MLFLOW_TRACKING_INSECURE_TLS: 'true',
      MLFLOW_TRACKING_TOKEN: 'a-wrong-token',
    })
    expect(message).toContain('MLFLOW_TRACKING_TOKEN')
    expect(message).not.toContain('a-wrong-token')
  })

  test('is not guessed where the path is missing', async () => {
    const message = await refusal({
      MLFLOW_TRACKING_URI: proxy.url,
      MLFLOW_TRACKING_TOKEN: TOKEN,
      MLFLOW_TRACKING_INSECURE_TLS: 'true',
    })
    expect(message).toMatch(/MLflow server/)
  })
})
