import { existsSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterEach, describe, expect, test } from 'vitest'
import { HeadraceProcess, run } from '../../e2e/support/headrace-process.ts'
import { temporaryFolder } from '../../fixtures/temporary-folder.ts'
import { postJson } from './support/running-tracking.ts'

const API = '/api/2.0/mlflow'
const running = new Set<HeadraceProcess>()

afterEach(async () => {
  for (const server of running) server.signal('SIGKILL')
  await Promise.all([...running].map((server) => server.finished()))
  running.clear()
})

interface Started {
  readonly server: HeadraceProcess
  readonly url: string
  readonly folder: string
}

async function start(
  args: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
): Promise<Started> {
  const folder = temporaryFolder()
  const server = new HeadraceProcess({ args: ['server', '-p', '0', ...args], cwd: folder, env })
  running.add(server)
  return { server, url: await server.listening(), folder }
}

describe('headrace server', () => {
  test('needs no flags: it makes mlflow.db and keeps artifacts in mlartifacts', async () => {
    const { url, folder, server } = await start()
    const reply = await fetch(`${url}${API}/experiments/get?experiment_id=0`)
    expect(await reply.json()).toMatchObject({ experiment: { artifact_location: 'mlflow-artifacts:/0' } })
    await fetch(`${url}/api/2.0/mlflow-artifacts/artifacts/0/a.txt`, { method: 'PUT', body: 'a' })
    expect(existsSync(join(folder, 'mlflow.db'))).toBe(true)
    expect(existsSync(join(folder, 'mlartifacts/0/a.txt'))).toBe(true)
    expect((await server.terminate()).code).toBe(0)
  })

  test('takes the variables of mlflow server', async () => {
    const { url, folder } = await start([], {
      MLFLOW_BACKEND_STORE_URI: 'sqlite:///other.db',
      MLFLOW_SERVE_ARTIFACTS: 'false',
      MLFLOW_STATIC_PREFIX: '/tracking',
      MLFLOW_DEFAULT_ARTIFACT_ROOT: './shared',
    })
    expect(new URL(url).pathname).toBe('/tracking')
    expect(existsSync(join(folder, 'other.db'))).toBe(true)
    const { experiment } = (await (await fetch(`${url}${API}/experiments/get?experiment_id=0`)).json()) as {
      experiment: { artifact_location: string }
    }
    expect(experiment.artifact_location).toBe(join(folder, 'shared/0'))
    expect((await fetch(`${url}/api/2.0/mlflow-artifacts/artifacts`)).status).toBe(503)
  })

  test('takes the variables that bound what clients log and name', async () => {
    const { url } = await start(['--artifacts-destination', './files'], {
      MLFLOW_TRUNCATE_LONG_VALUES: 'false',
      MLFLOW_ARTIFACT_LOCATION_MAX_LENGTH: '60',
      MLFLOW_ALLOWED_HOST_ADDRESSED_ARTIFACT_SCHEMES: 'hdfs, ftp',
    })
    const create = (name: string, location: string) =>
      postJson(`${url}${API}/experiments/create`, { name, artifact_location: location })
    expect((await create('a', 'hdfs://elsewhere/a')).status).toBe(200)
    expect(await (await create('b', 'sftp://elsewhere/b')).text()).toContain('MLFLOW_ALLOWED_HOST_ADDRESSED')
    expect(await (await create('c', `/${'c'.repeat(60)}`)).text()).toContain('greater than 60 characters')
    const made = await postJson(`${url}${API}/runs/create`, { experiment_id: '0' })
    const { run: logged } = (await made.json()) as { run: { info: { run_id: string } } }
    const param = { run_id: logged.info.run_id, key: 'p', value: 'v'.repeat(6001) }
    const refused = await postJson(`${url}${API}/runs/log-parameter`, param)
    expect(await refused.json()).toMatchObject({
      error_code: 'INVALID_PARAMETER_VALUE',
      message: "'Param value' exceeds the maximum length of 6000 characters",
    })
  })

  test.each([
    [['--app-name', 'basic-auth'], 'accounts and permissions'],
    [['--enable-workspaces'], 'one workspace'],
    [['--static-prefix', 'mlflow'], "must begin with a '/'"],
    [['--backend-store-uri', './mlruns'], 'migrate-filestore'],
    [['--artifacts-destination', 's3://bucket'], 's3://bucket'],
    [['--artifacts-only', '--backend-store-uri', 'sqlite:///a.db'], '--artifacts-only'],
    [['--ssl-certfile', 'a.pem'], 'belong together'],
    [['-w', '0'], '--workers'],
  ])('refuses what it has not: %j', async (args, said) => {
    const { code, stderr } = await run({ args: ['server', '-p', '0', ...args], cwd: temporaryFolder() })
    expect(code).toBe(2)
    expect(stderr).toContain(said)
    expect(stderr).not.toContain('    at ')
  })

  test('says when its port is taken, and leaves', async () => {
    const { url } = await start()
    const { code, stderr } = await run({ args: ['server', '-p', new URL(url).port], cwd: temporaryFolder() })
    expect([code, stderr]).toEqual([1, expect.stringContaining('another program is listening')])
  })
})

describe.each(['SIGTERM', 'SIGINT'] as const)('%s', (signal) => {
  test('under load: what was answered is in the file, and the process ends with 0', async () => {
    const { server, url, folder } = await start()
    const kept: string[] = []
    let ended = false
    const client = async (number: number): Promise<void> => {
      for (let i = 0; !ended; i += 1) {
        const name = `${number}-${i}`
        try {
          const reply = await postJson(`${url}${API}/experiments/create`, { name })
          if (reply.status === 200) kept.push(name)
          await reply.arrayBuffer()
        } catch {
          ended = true
        }
      }
    }
    const clients = Array.from({ length: 8 }, (_, number) => client(number))
    while (kept.length < 100) await new Promise((resolve) => setTimeout(resolve, 10))
    server.signal(signal)
    expect((await server.finished()).code).toBe(0)
    await Promise.all(clients)
    const database = new Database(join(folder, 'mlflow.db'), { readonly: true })
    const names = database.prepare('SELECT name FROM experiments').pluck().all() as string[]
    expect(kept.filter((name) => !names.includes(name))).toEqual([])
    expect(database.pragma('integrity_check', { simple: true })).toBe('ok')
    database.close()
  })
})
