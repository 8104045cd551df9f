import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startHeadraceServer, type TrackingServer } from '../client/support/tracking-servers.ts'
import { temporaryFolder } from '../fixtures/temporary-folder.ts'
import { network, saved } from '../flavors/tfjs/prepare/support/saved-models.ts'
import { type Finished, ROOT, run } from './support/headrace-process.ts'
import { MariadbServer } from './support/mariadb.ts'
import { startMlflowServer } from './support/mlflow-server.ts'
import { PostgresServer } from './support/postgres.ts'
import { pythonProgram } from './support/python.ts'
import { score, serving } from './support/serving.ts'

const IRIS = join(ROOT, 'models/iris/1')
const COLUMNS = ['sepal length (cm)', 'sepal width (cm)', 'petal length (cm)', 'petal width (cm)']
const ROW = { dataframe_split: { columns: COLUMNS, data: [[5.1, 3.5, 1.4, 0.2]] } }

interface Started {
  readonly uri: string
  stop(): Promise<unknown>
}

async function startServer(starting: Promise<TrackingServer>): Promise<Started> {
  const server = await starting
  return { uri: server.url, stop: () => server.stop() }
}

async function startDatabase(
  starting: Promise<{ createDatabase(): Promise<string>; stop(): Promise<unknown> }>,
): Promise<Started> {
  const server = await starting
  return { uri: await server.createDatabase(), stop: () => server.stop() }
}

const REGISTRIES = [
  { kind: 'headrace server', isServer: true, start: () => startServer(startHeadraceServer()) },
  { kind: 'mlflow server', isServer: true, start: () => startServer(startMlflowServer()) },
  { kind: 'PostgreSQL', isServer: false, start: () => startDatabase(PostgresServer.start()) },
  { kind: 'MariaDB', isServer: false, start: () => startDatabase(MariadbServer.start()) },
]

describe.each(REGISTRIES)('headrace models, with $kind as the registry,', ({ isServer, start }) => {
  let registry: Started
  let cwd: string
  let env: Record<string, string>

  beforeAll(async () => {
    registry = await start()
    cwd = temporaryFolder()
    env = {
      MLFLOW_TRACKING_URI: registry.uri,
      MLFLOW_DEFAULT_ARTIFACT_ROOT: isServer ? '' : join(cwd, 'artifacts'),
      HEADRACE_CACHE_DIR: temporaryFolder(),
    }
  })
  afterAll(() => registry?.stop())

  function models(...args: readonly string[]): Promise<Finished> {
    return run({ args: ['models', ...args], cwd, env })
  }

  async function label(uri: string): Promise<unknown> {
    return serving({ uri, env, cwd }, async ({ url }) => {
      const { status, reply } = await score(url, ROW)
      expect(status).toBe(200)
      return (reply as { predictions: { output_label: unknown }[] }).predictions[0]?.output_label
    })
  }

  test('registers a model that headrace serve serves', async () => {
    const args = ['-n', 'iris', '-a', 'champion', '--tag', 'team=blue', '--description', 'first']
    expect(await models('register', IRIS, ...args)).toMatchObject({
      code: 0,
      stdout: `Registered ${IRIS} as version 1 of model 'iris' (champion).\n`,
    })
    expect(await label('models:/iris@champion')).toBe('setosa')
    const again = await models('register', IRIS, '-n', 'iris', '--if-absent')
    expect(again.stdout).toMatch(/^Nothing to do: version 1 /)
  })

  test.runIf(isServer)("and Python's mlflow loads", async () => {
    const seen = await pythonProgram('load_registered.py', { args: [registry.uri, 'iris', 'champion'] })
    expect(seen).toMatchObject({
      label: ['setosa'],
      nodes: expect.any(Number),
      source: expect.stringMatching(/^models:\/m-[0-9a-f]{32}$/),
      status: 'READY',
      versions: '[{"name": "iris", "version": 1}]',
      description: 'first',
      tags: ['headrace.content_digest', 'team'],
    })
    const { model_id: modelId, source } = seen as { model_id: string; source: string }
    expect(source).toBe(`models:/${modelId}`)
  })

  test('registers a TF.js model with the MLmodel file that it has not', async () => {
    const path = await saved(network())
    expect(await models('register', path, '-n', 'web')).toMatchObject({ code: 0 })
    const { stdout } = await models('show', 'models:/web/1')
    expect(stdout).toMatch(/^flavor +tfjs$/m)
    expect(stdout).toMatch(/^input +hidden_input /m)
  })

  test('deletes versions and models', async () => {
    expect((await models('register', IRIS, '-n', 'iris')).stdout).toContain('as version 2')
    expect(await models('delete', 'iris/1')).toMatchObject({ code: 0 })
    const { stdout } = await models('show', 'iris', '--json')
    expect(JSON.parse(stdout)).toMatchObject({ aliases: [], versions: [{ version: '2' }] })
    expect(await models('delete', 'iris')).toMatchObject({ code: 0 })
    const missing = await models('delete', 'iris')
    expect(missing.code).toBe(1)
    expect(missing.stderr).toMatch(/^headrace: [^\n]*iris[^\n]*\n$/)
  })
})
