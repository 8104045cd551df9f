import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, describe, expect, test } from 'vitest'
import { freePort } from '../fixtures/free-port.ts'
import { modelPath } from '../fixtures/onnx/onnx-models.ts'
import { HeadraceProcess, type ProcessPlan, ROOT, run } from './support/headrace-process.ts'
import { Neighbours } from './support/neighbour.ts'

const IRIS = join(ROOT, 'models/iris/1')
const EXAMPLE = readFileSync(join(IRIS, 'serving_input_example.json'))
const LOOP = modelPath('loop')
const ENDLESS = `{"inputs": {"turns": ${2n ** 62n}, "x": [1.0]}}`
const JSON_TYPE = { 'content-type': 'application/json' }
/** As a client that opens a connection for each request, so that each listener is asked. */
const CLOSE = { connection: 'close' }

const running: HeadraceProcess[] = []

afterEach(async () => {
  for (const server of running.splice(0)) {
    server.signal('SIGKILL')
    await server.finished()
  }
})

async function serve(args: readonly string[], plan: Partial<ProcessPlan> = {}) {
  const server = new HeadraceProcess({ ...plan, args: ['serve', '--port', '0', ...args] })
  running.push(server)
  const url = await server.listening()
  return { server, url }
}

/** With all of its listeners. */
async function served(args: readonly string[], plan: Partial<ProcessPlan> = {}) {
  const { server, url } = await serve(args, plan)
  await server.printed(/all listeners serve/)
  return { server, url }
}

async function score(url: string, path = '', body: string | Uint8Array<ArrayBuffer> = EXAMPLE) {
  const reply = await fetch(`${url}${path}/invocations`, {
    ...{ method: 'POST', body, headers: { ...JSON_TYPE, ...CLOSE } },
  })
  await reply.arrayBuffer()
  return reply.status
}

async function metricsOf(url: string): Promise<string> {
  return (await fetch(`${url}/metrics`, { headers: CLOSE })).text()
}

/** Of a series without labels, or with these. */
function sample(metrics: string, series: string): number {
  const line = metrics.split('\n').find((text) => text.startsWith(`${series} `))
  return line === undefined ? 0 : Number(line.slice(series.length + 1))
}

async function metricsWith(url: string, pattern: RegExp): Promise<string> {
  for (;;) {
    // One that goes to a listener which is ending is lost with it.
    const metrics = await metricsOf(url).catch(() => '')
    if (pattern.test(metrics)) return metrics
    await delay(20)
  }
}

function residentBytes(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  return 1024 * Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1])
}

describe('as one server', () => {
  test('listeners announce themselves once, count once, and say what belongs to which', async () => {
    const { server, url } = await served(['-m', IRIS, '--listeners', '3', '--access-log'])
    let requests = 0
    const numbers = () => new Set(server.output.match(/(?<="listener":)\d(?=.*"path":"\/invocations")/g))
    while (requests < 12 || numbers().size < 3) {
      expect(await score(url)).toBe(200)
      requests += 1
    }
    for (const metrics of await Promise.all(Array.from({ length: 6 }, () => metricsOf(url)))) {
      expect(sample(metrics, 'headrace_requests_total{model="1",version="1",code="200"}')).toBe(requests)
      expect(sample(metrics, 'headrace_listeners')).toBe(3)
      expect(metrics.match(/^headrace_listener_connections\{/gm)?.length).toBe(3)
      expect(metrics).toMatch(/^headrace_model_info\{[^}]*\} 1$/m)
      const resident = sample(metrics, 'process_resident_memory_bytes') / residentBytes(server.pid)
      expect(resident).toBeGreaterThan(0.5)
      expect(resident).toBeLessThan(2)
      expect(sample(metrics, 'process_start_time_seconds')).toBeGreaterThan(1e9)
    }
    const statistics = await fetch(`${url}/v2/models/1/stats`, { headers: CLOSE })
    expect(await statistics.text()).toMatch(new RegExp(`"inference_count": ?${6 * requests}\\b`))
    const { code, stderr } = await server.stop()
    expect(code).toBe(0)
    const lines = stderr.trim().split('\n')
    expect(lines.filter((line) => line.includes('is listening on')).length).toBe(1)
    expect(lines.filter((line) => line.includes('"stopped"')).length).toBe(1)
    expect(stderr).toMatch(/"listeners":3,"reason":"as --listeners says"/)
  })

  test.each([
    [['--placement', 'pool', '-w', '1'], /One listener: the model .\S+. runs in a pool of threads/],
    [['--listeners', '1'], /One listener: as --listeners says/],
  ])('%j has one listener, and says why', async (args, line) => {
    const { server, url } = await serve(['-m', IRIS, ...args])
    await server.printed(line)
    expect(await score(url)).toBe(200)
    expect(await metricsOf(url)).not.toContain('headrace_listener')
  })

  test('pooled models are served by as many listeners as are asked for, each with its pool', async () => {
    const args = ['-m', IRIS, '--placement', 'pool', '-w', '1', '--listeners', '2']
    const { url } = await served(args)
    for (let asked = 0; asked < 6; asked += 1) expect(await score(url)).toBe(200)
    expect(await metricsOf(url)).toMatch(/^headrace_workers\{[^}]*\} 2$/m)
  })

  test('a model that is loaded or unloaded by one is so by all, and by those that come later', async () => {
    const deaths = mkdtempSync(join(tmpdir(), 'headrace-deaths-'))
    const { url } = await served(['-m', `a=${IRIS}`, '--listeners', '3'], dyingBy(deaths))
    const control = async (path: string, uri?: string) => {
      const body = uri === undefined ? {} : { body: JSON.stringify({ parameters: { model_uri: uri } }) }
      const reply = await fetch(`${url}/v2/repository/models/${path}`, {
        ...{ method: 'POST', headers: { ...CLOSE, ...JSON_TYPE }, ...body },
      })
      return { status: reply.status, text: await reply.text() }
    }
    const statuses = async (path: string) => {
      const seen = await Promise.all(Array.from({ length: 16 }, () => score(url, path)))
      return [...new Set(seen)]
    }
    expect(await control('b/load', IRIS)).toMatchObject({ status: 200 })
    expect(await statuses('/models/b')).toEqual(await statuses('/models/a'))
    await oneDies(url, deaths)
    await metricsWith(url, /^headrace_listeners 3$/m)
    const index = await fetch(`${url}/v2/repository/index`, { method: 'POST', headers: CLOSE })
    expect(await index.text()).toMatch(/"name":"b"/)
    expect(await control('b/unload')).toMatchObject({ status: 200 })
  })
})

function dyingBy(folder: string): Partial<ProcessPlan> {
  const preload = new URL('./support/dying-worker.mjs', import.meta.url).href
  return { env: { NODE_OPTIONS: `--import=${preload}`, HEADRACE_TEST_DEATHS: folder } }
}

/** Of a listener: other threads may be there for a while that die instead. */
async function oneDies(url: string, deaths: string): Promise<void> {
  const order = join(deaths, '1')
  while (!(await isRestarted(url))) {
    writeFileSync(order, '')
    while (existsSync(order)) await delay(5)
    // Another order while the first is not counted yet would cost a second listener.
    const end = performance.now() + 5000
    while (performance.now() < end && !(await isRestarted(url))) await delay(50)
  }
}

async function isRestarted(url: string): Promise<boolean> {
  return /^headrace_listener_restarts_total\{reason="exit"\} /m.test(await metricsOf(url).catch(() => ''))
}

describe('a listener', () => {
  test('that dies costs the connections that it had, and is started again', async () => {
    const deaths = mkdtempSync(join(tmpdir(), 'headrace-deaths-'))
    const { server, url } = await served(['-m', IRIS, '--listeners', '2'], dyingBy(deaths))
    const neighbours = new Neighbours(url, EXAMPLE, 8)
    await neighbours.heard(100)
    const requests = 'headrace_requests_total{model="1",version="1",code="200"}'
    const before = sample(await metricsOf(url), requests)
    await oneDies(url, deaths)
    await server.printed(/a listener ended; it is started again at once/)
    const after = await metricsWith(url, /^headrace_listeners 2$/m)
    expect(sample(after, requests)).toBeGreaterThanOrEqual(before)
    await neighbours.heard(neighbours.seen.answered + 100)
    const { refused, failed } = await neighbours.stop()
    expect(refused).toEqual({})
    expect(Object.values(failed).reduce((sum, count) => sum + count, 0)).toBeLessThanOrEqual(8)
  })

  test('whose native run never returns costs the process, whichever it is', async () => {
    const args = ['-m', LOOP, '--placement', 'inline', '-t', '1', '--listeners', '2']
    const { server, url } = await served(args)
    await expect(score(url, '', ENDLESS)).rejects.toThrow()
    const { code, stderr } = await server.finished()
    expect(code).toBe(null)
    expect(stderr).toMatch(/"level":"fatal".*the event loop stands still/)
  })
})

describe('a start that fails', () => {
  test('for a port in use, also where those who have it would share it', async () => {
    const port = String(await freePort())
    const first = new HeadraceProcess({ args: ['serve', '-m', IRIS, '-p', port, '--reuse-port'] })
    running.push(first)
    await first.listening()
    const { code, stderr } = await run({ args: ['serve', '-m', IRIS, '-p', port, '--listeners', '2'] })
    expect({ code, error: stderr.slice(stderr.indexOf('headrace:')) }).toEqual({
      code: 1,
      error: `headrace: Cannot listen on 127.0.0.1:${port}: another program is listening there; choose another port.\n`,
    })
  })

  test.each([
    [['--listeners', '0'], /--listeners \(or HEADRACE_LISTENERS\): /],
    [['--listeners', 'many'], /--listeners \(or HEADRACE_LISTENERS\): /],
    [['--listeners', '2', '--processes', '2'], /--processes and --listeners are two ways/],
  ])('for %j', async (args, error) => {
    const { code, stderr } = await run({ args: ['serve', '-m', IRIS, ...args] })
    expect(code).toBe(2)
    expect(stderr).toMatch(error)
  })
})

describe('connections', () => {
  test('that are kept are evened out, and no request fails of it', async () => {
    const { url } = await served(['-m', IRIS, '--listeners', '3'])
    const neighbours = new Neighbours(url, EXAMPLE, 12)
    const isEven = async () => {
      const each = [...(await metricsOf(url)).matchAll(/^headrace_listener_connections\{.*\} (\d+)$/gm)]
      // One of them may be that of the scrape.
      return Math.max(...each.map(([, count]) => Number(count))) <= 5
    }
    while (!(await isEven())) await delay(50)
    await neighbours.heard(neighbours.seen.answered + 200)
    expect(await neighbours.stop()).toMatchObject({ refused: {}, failed: {} })
  })

  test('come to all listeners over HTTPS and with a key, and end in order', async () => {
    const folder = join(ROOT, 'test/server/fixtures')
    const { server, url } = await served(
      [
        ...['-m', IRIS, '--listeners', '2', '--ssl-certfile', join(folder, 'localhost-cert.pem')],
        ...['--ssl-keyfile', join(folder, 'localhost-key.pem')],
      ],
      { env: { HEADRACE_API_KEY: 'hush' } },
    )
    expect(new URL(url).protocol).toBe('https:')
    expect((await server.terminate()).code).toBe(0)
  })

  test('that a departing server still gets are served by all, until everybody knows', async () => {
    const { server, url } = await served(['-m', IRIS, '--listeners', '3', '--grace-period', '60'])
    expect((await fetch(`${url}/ready`, { headers: CLOSE })).status).toBe(200)
    server.signal('SIGTERM')
    await server.printed(/"stopping"/)
    const agent = new Agent({ keepAlive: true })
    // The order reaches the other threads a moment later.
    for (let inSuccession = 0; inSuccession < 12; ) {
      inSuccession = (await closesAfter(`${url}/invocations`, agent)) ? inSuccession + 1 : 0
    }
    agent.destroy()
    expect((await fetch(`${url}/ready`, { headers: CLOSE })).status).toBe(503)
    expect((await server.finished()).code).toBe(0)
  })

  test('are cut off by a second signal', async () => {
    const { server, url } = await served(['-m', IRIS, '--listeners', '2', '--grace-period', '150'])
    // A request whose body never comes.
    const headers = { ...JSON_TYPE, 'content-length': 100 }
    const open = request(`${url}/invocations`, { method: 'POST', headers })
    const lost = new Promise((resolve) => open.once('error', resolve))
    open.write('{')
    await metricsWith(url, /^headrace_requests_in_flight 2$/m)
    server.signal('SIGINT')
    await server.printed(/"stopping"/)
    // Within 200 ms it counts as the same.
    await delay(300)
    const askedAt = performance.now()
    server.signal('SIGINT')
    expect((await server.finished()).code).toBe(0)
    // Far less than the grace time, also where much else is done.
    expect(performance.now() - askedAt).toBeLessThan(60_000)
    expect(await lost).toBeInstanceOf(Error)
  })
})

/** Whether an answer says that its connection ends. */
function closesAfter(url: string, agent: Agent): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const asked = request(url, { method: 'POST', agent, headers: JSON_TYPE }, (reply) => {
      reply.resume().once('end', () => resolve(reply.headers.connection === 'close'))
    })
    asked.once('error', reject)
    asked.end(EXAMPLE)
  })
}
