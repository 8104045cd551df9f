import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, describe, expect, test } from 'vitest'
import type { IndexedModel } from '../../src/server/model-control.ts'
import { temporaryFolder } from '../fixtures/temporary-folder.ts'
import { trialsOf } from '../runtime/trial/support/trial-processes.ts'
import { HeadraceProcess, ROOT } from './support/headrace-process.ts'
import { Neighbours } from './support/neighbour.ts'
import { childrenOf } from './support/process-figures.ts'

const IRIS = join(ROOT, 'models/iris/1')
const CANCER = join(ROOT, 'models/breast-cancer/1')
const EXAMPLE = readFileSync(join(IRIS, 'serving_input_example.json'))
const CANCER_EXAMPLE = readFileSync(join(CANCER, 'serving_input_example.json'))
/** As a client that opens a connection for each request, so that each process is asked. */
const CLOSE = { connection: 'close' }

const running: HeadraceProcess[] = []

afterEach(async () => {
  for (const server of running.splice(0)) {
    for (const pid of childrenOf(server.pid)) process.kill(pid, 'SIGKILL')
    server.signal('SIGKILL')
    await server.finished()
  }
})

async function serve(...args: readonly string[]) {
  return serveIn(ROOT, ...args)
}

async function serveIn(cwd: string, ...args: readonly string[]) {
  const server = new HeadraceProcess({ cwd, args: ['serve', '--port', '0', ...args] })
  running.push(server)
  const url = await server.listening()
  if (args.some((arg, at) => arg === '--processes' && args[at + 1] !== '1'))
    await server.printed(/all processes serve/)
  return { server, url }
}

async function control(url: string, path: string, parameters?: Readonly<Record<string, string>>) {
  const body = parameters === undefined ? {} : { body: JSON.stringify({ parameters }) }
  const headers = { ...CLOSE, 'content-type': 'application/json' }
  const reply = await fetch(`${url}/v2/repository/${path}`, { method: 'POST', headers, ...body })
  return { status: reply.status, text: await reply.text() }
}

async function index(url: string): Promise<readonly string[]> {
  const { text } = await control(url, 'index')
  const models = JSON.parse(text) as readonly IndexedModel[]
  return models.map(({ name, version, state }) => `${name}/${version} ${state}`)
}

async function status(url: string, path: string, body: Uint8Array<ArrayBuffer> = EXAMPLE): Promise<number> {
  const headers = { ...CLOSE, 'content-type': 'application/json' }
  const reply = await fetch(`${url}${path}/invocations`, { method: 'POST', body, headers })
  await reply.arrayBuffer()
  return reply.status
}

/** Waits until a process of the server tries a model. */
async function triesModel(pid: number): Promise<void> {
  while ([pid, ...childrenOf(pid)].every((each) => trialsOf(each).length === 0)) await delay(20)
}

/** A model that is loaded until its trial is over, which is not soon. */
const ENDLESS = join(ROOT, 'test/runtime/trial/models/endless.onnx')

test.each<readonly [string, readonly string[]]>([
  ['one process', []],
  ['two processes', ['--processes', '2']],
])('%s told to end gives up what is being loaded, and says so', async (_, args) => {
  const { server, url } = await serve('-m', IRIS, '--grace-period', '100', ...args)
  const load = control(url, 'models/endless/load', { model_uri: ENDLESS })
  await triesModel(server.pid)
  const toldAt = performance.now()
  const [{ code }, answer] = await Promise.all([server.stop(), load])
  expect(performance.now() - toldAt).toBeLessThan(60_000)
  expect(answer).toMatchObject({ status: 503, text: expect.stringContaining('shutting down') })
  expect(code).toBe(0)
})

/** The embedded registry of a folder. */
async function models(cwd: string, ...args: readonly string[]): Promise<void> {
  const { code, stderr } = await new HeadraceProcess({ cwd, args: ['models', ...args] }).finished()
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
}

describe('an alias that was moved in the registry', () => {
  test.each(['1', '2'])(
    'means another version once the model is loaded anew (processes: %s)',
    async (count) => {
      const folder = temporaryFolder()
      await models(folder, 'register', IRIS, '-n', 'iris', '-a', 'champion')
      await models(folder, 'register', IRIS, '-n', 'iris')
      const { url } = await serveIn(folder, '-m', 'models:/iris@champion', '--processes', count)
      expect(await index(url)).toEqual(['iris/1 READY'])
      const neighbours = new Neighbours(`${url}/models/iris`, EXAMPLE, { clients: 2, keepAlive: false })
      await models(folder, 'alias', 'iris', 'champion', '2')
      expect(await index(url)).toEqual(['iris/1 READY'])
      expect(await control(url, 'models/iris/load')).toEqual({ status: 200, text: '' })
      for (let asked = 0; asked < 4; asked += 1) {
        expect(await index(url)).toContain('iris/2 READY')
        expect(await status(url, '/models/iris/versions/2')).toBe(200)
        expect(await status(url, '/models/iris/versions/1')).toBe(404)
      }
      const { refused, failed } = await neighbours.stop()
      expect({ refused, failed }).toEqual({ refused: {}, failed: {} })
    },
  )
})

describe('one process', () => {
  test('serves several models and versions, each by its path', async () => {
    const folder = temporaryFolder()
    cpSync(IRIS, join(folder, 'iris'), { recursive: true })
    const file = join(folder, 'models.yaml')
    writeFileSync(
      file,
      'models:\n  - name: flowers\n    versions:\n      - {uri: iris, version: 1, workers: 1, placement: pool}\n      - {uri: iris, version: 2}\n',
    )
    const { url } = await serve('-m', `cancer=${CANCER}`, '--models-file', file)
    expect(await index(url)).toEqual(['cancer/1 READY', 'flowers/1 READY', 'flowers/2 READY'])
    expect(await status(url, '', CANCER_EXAMPLE)).toBe(200)
    expect(await status(url, '/models/cancer', CANCER_EXAMPLE)).toBe(200)
    expect(await status(url, '/models/flowers')).toBe(200)
    expect(await status(url, '/models/flowers/versions/2')).toBe(200)
    expect(await status(url, '/models/flowers/versions/3')).toBe(404)
    expect(await status(url, '/models/flour')).toBe(404)
    const metrics = await (await fetch(`${url}/metrics`)).text()
    expect(metrics).toContain('headrace_requests_total{model="flowers",version="1",code="200"} 1')
    expect(metrics).toContain('headrace_requests_total{model="flowers",version="2",code="200"} 1')
    expect(metrics).toMatch(/headrace_workers\{model="flowers",version="1"\} 1/)
  })

  test('swaps a model under load, and loads and unloads others beside it: no request fails', async () => {
    const { url } = await serve('-m', `cancer=${CANCER}`, '-m', `iris=${IRIS}`)
    const neighbours = [
      new Neighbours(`${url}/models/iris`, EXAMPLE, 2),
      new Neighbours(`${url}/models/iris`, EXAMPLE, { clients: 2, keepAlive: false }),
      new Neighbours(url, CANCER_EXAMPLE, 1),
    ]
    expect(await control(url, 'models/iris/load')).toEqual({ status: 200, text: '' })
    expect((await control(url, 'models/new/load', { model_uri: IRIS })).status).toBe(200)
    expect(await status(url, '/models/new')).toBe(200)
    expect((await control(url, 'models/new/unload')).status).toBe(200)
    expect(await status(url, '/models/new')).toBe(404)
    for (const each of neighbours) {
      await each.heard(50)
      expect(await each.stop()).toMatchObject({ refused: {}, failed: {} })
    }
    expect(await index(url)).toEqual(['cancer/1 READY', 'iris/1 READY', 'new/1 UNAVAILABLE'])
  })

  test('keeps what it has where a load fails, and says why', async () => {
    const { url } = await serve('-m', `iris=${IRIS}`)
    const broken = temporaryFolder()
    writeFileSync(join(broken, 'MLmodel'), 'flavors:\n  onnx: {data: nothing.onnx}\n')
    const { status: code, text } = await control(url, 'models/iris/load', { model_uri: broken })
    expect(code).toBeGreaterThanOrEqual(400)
    expect(code).toBeLessThan(500)
    expect(JSON.parse(text).error).toMatch(/nothing\.onnx/)
    expect(await index(url)).toEqual(['iris/1 READY'])
    expect(await status(url, '')).toBe(200)
    expect((await control(url, 'models/unheard-of/load')).status).toBe(404)
  })
})

describe('several processes', () => {
  test('have the same after every change, also those that are started later', async () => {
    const { server, url } = await serve('-m', `cancer=${CANCER}`, '-m', `iris=${IRIS}`, '--processes', '2')
    const neighbours = new Neighbours(`${url}/models/iris`, EXAMPLE, 4)
    expect((await control(url, 'models/iris/load')).status).toBe(200)
    expect((await control(url, 'models/new/load', { model_uri: IRIS })).status).toBe(200)
    expect((await control(url, 'models/cancer/unload')).status).toBe(200)
    expect((await control(url, 'models/cancer/unload')).status).toBe(404)
    await neighbours.heard(50)
    expect(await neighbours.stop()).toMatchObject({ refused: {}, failed: {} })

    process.kill(childrenOf(server.pid)[0]!, 'SIGKILL')
    await server.printed(/is started again at once/)
    const metrics = async () => (await fetch(`${url}/metrics`, { headers: CLOSE })).text()
    while (!(await metrics()).includes('headrace_processes 2')) await delay(50)
    for (let asked = 0; asked < 8; asked += 1) {
      expect(await index(url)).toEqual(['cancer/1 UNAVAILABLE', 'iris/1 READY', 'new/1 READY'])
      expect(await status(url, '/models/new')).toBe(200)
      expect(await status(url, '/models/cancer', CANCER_EXAMPLE)).toBe(404)
      expect(await status(url, '', CANCER_EXAMPLE)).toBe(404)
    }
    expect((await control(url, 'models/cancer/load')).status).toBe(200)
    for (let asked = 0; asked < 4; asked += 1) expect(await status(url, '', CANCER_EXAMPLE)).toBe(200)
  })

  test('make a change in all of them or in none', async () => {
    const folder = temporaryFolder()
    cpSync(IRIS, join(folder, 'iris'), { recursive: true })
    const { url } = await serve('-m', join(folder, 'iris'), '--processes', '2')
    writeFileSync(join(folder, 'iris', 'MLmodel'), 'flavors:\n  onnx: {data: nothing.onnx}\n')
    expect((await control(url, 'models/iris/load')).status).toBe(404)
    for (let asked = 0; asked < 4; asked += 1) expect(await status(url, '')).toBe(200)
    const [first, second] = await Promise.all([
      control(url, 'models/other/load', { model_uri: CANCER }),
      control(url, 'models/other/load', { model_uri: CANCER }),
    ])
    expect([first.status, second.status].sort()).toEqual([200, 409])
  })
})
