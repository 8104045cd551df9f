import { spawnSync } from 'node:child_process'
import { afterEach, describe, expect, test } from 'vitest'
import { MlflowClient } from '../../../../src/client/index.ts'
import { startHeadraceServer, type TrackingServer } from '../../../client/support/tracking-servers.ts'
import { FROM_SOURCES, HeadraceProcess, ROOT } from '../../../e2e/support/headrace-process.ts'
import { temporaryFolder } from '../../../fixtures/temporary-folder.ts'

const MODEL = `${ROOT}models/iris/2`
const COLUMNS = ['sepal length (cm)', 'sepal width (cm)', 'petal length (cm)', 'petal width (cm)']

const open: { stop(): Promise<unknown> }[] = []

afterEach(async () => {
  await Promise.all(open.splice(0).map((each) => each.stop()))
})

function serve(folder: string, trackingUri: string, ...args: readonly string[]): HeadraceProcess {
  const server = new HeadraceProcess({
    args: [
      'serve',
      '-m',
      `iris=${MODEL}`,
      '--port',
      '0',
      '--track',
      'serving',
      '--track-interval',
      '0.5',
      ...args,
    ],
    cwd: folder,
    env: { MLFLOW_TRACKING_URI: trackingUri, MLFLOW_HTTP_REQUEST_MAX_RETRIES: '0' },
  })
  open.push(server)
  return server
}

async function score(url: string): Promise<number> {
  const body = JSON.stringify({ dataframe_split: { columns: COLUMNS, data: [[5.1, 3.5, 1.4, 0.2]] } })
  const headers = { 'content-type': 'application/json' }
  return (await fetch(`${url}/invocations`, { method: 'POST', headers, body })).status
}

async function tracked(): Promise<TrackingServer> {
  const server = await startHeadraceServer()
  open.push(server)
  return server
}

describe('headrace serve --track', () => {
  test.each([
    ['alone', ['--listeners', '1']],
    ['with listeners', ['--listeners', '2']],
    ['with processes', ['--processes', '2', '--listeners', '1']],
  ])('records a run at a server, %s', async (_, args) => {
    const tracking = await tracked()
    const server = serve(temporaryFolder(), tracking.url, ...args)
    const url = await server.listening()
    const recorded = await server.printed(/(?<=Recording as run )[0-9a-f]{32}/)
    for (let count = 0; count < 5; count++) expect(await score(url)).toBe(200)
    const client = new MlflowClient(tracking.url)
    await expect
      .poll(
        async () =>
          (await client.getRun(recorded)).data.metrics.find(({ key }) => key === 'iris/requests_total'),
        {
          timeout: 30_000,
        },
      )
      .toMatchObject({ value: 5 })
    expect((await server.stop()).code).toBe(0)
    const { info, data } = await client.getRun(recorded)
    expect(info.status).toBe('FINISHED')
    expect(data.tags.map(({ key }) => key)).toContain('headrace.model.iris.1')
    expect(data.metrics.map(({ key }) => key)).toContain('iris/latency_p99_ms')
  })

  test('records in the database of the folder', async () => {
    const folder = temporaryFolder()
    const server = serve(folder, 'sqlite:///mlflow.db', '--listeners', '1')
    const url = await server.listening()
    await server.printed(/Recording as run/)
    expect(await score(url)).toBe(200)
    expect((await server.stop()).code).toBe(0)
    const [program = '', ...first] = FROM_SOURCES
    const args = [
      ...first,
      'runs',
      'list',
      '-n',
      'serving',
      '--json',
      '--tracking-uri',
      'sqlite:///mlflow.db',
    ]
    const { stdout } = spawnSync(program, args, { cwd: folder, encoding: 'utf8' })
    expect(JSON.parse(stdout)).toMatchObject([{ info: { status: 'FINISHED' } }])
  })

  test('serves as ever where the tracking server is away, and ends as fast', async () => {
    const server = serve(temporaryFolder(), 'http://127.0.0.1:1', '--listeners', '1')
    const url = await server.listening()
    await server.printed(/not recorded for now/)
    for (let count = 0; count < 5; count++) expect(await score(url)).toBe(200)
    await new Promise((resolve) => setTimeout(resolve, 2000))
    expect(server.output.match(/not recorded for now/g)).toHaveLength(1)
    expect((await server.stop()).code).toBe(0)
  })
})
