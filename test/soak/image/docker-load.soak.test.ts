import { cpSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { buildImage, buildPrograms } from '../../e2e/support/containers/built-image.ts'
import { DockerDaemon } from '../../e2e/support/containers/docker-daemon.ts'
import { ROOT } from '../../e2e/support/headrace-process.ts'
import { score } from '../../e2e/support/serving.ts'
import { freePort } from '../../fixtures/free-port.ts'
import { temporaryFolder } from '../../fixtures/temporary-folder.ts'

const folder = temporaryFolder()
const model = join(folder, 'iris')
let daemon: DockerDaemon

beforeAll(async () => {
  await buildPrograms()
  cpSync(join(ROOT, 'models/iris/1'), model, { recursive: true })
  daemon = await DockerDaemon.start()
})

afterAll(() => daemon?.stop())

/** Docker 20.10 reads no OCI layouts: it takes the archive by its `manifest.json`. */
test('docker loads an archive, runs it, and finds it healthy', async () => {
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
  const { stdout: loaded } = await daemon.docker('load', '--input', archive)
  const name = /^Loaded image: (\S+)$/m.exec(loaded)?.[1] ?? ''
  expect(name).toMatch(/iris:1$/)
  const port = await freePort()
  const flags = ['--network', 'host', '--read-only', '--cap-drop', 'all', '--health-interval', '1s']
  await daemon.docker('run', '--detach', '--name', 'iris', ...flags, '--env', `MLFLOW_PORT=${port}`, name)
  const inspect = async (field: string): Promise<string> =>
    (await daemon.docker('inspect', '--format', `{{.State.${field}}}`, 'iris')).stdout.trim()
  while ((await inspect('Health.Status')) === 'starting') await sleep(100)
  expect(await inspect('Health.Status')).toBe('healthy')
  const example = JSON.parse(readFileSync(join(model, 'serving_input_example.json'), 'utf8'))
  expect(await score(`http://127.0.0.1:${port}`, example)).toMatchObject({ status: 200 })
  await daemon.docker('stop', 'iris')
  expect(await inspect('ExitCode')).toBe('0')
})
