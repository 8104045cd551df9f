import { readFileSync } from 'node:fs'
import { Agent, get } from 'node:https'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, describe, expect, test } from 'vitest'
import { freePort } from '../fixtures/free-port.ts'
import { modelPath } from '../fixtures/onnx/onnx-models.ts'
import { temporaryFolder } from '../fixtures/temporary-folder.ts'
import { HeadraceProcess, type ProcessPlan, ROOT, run } from './support/headrace-process.ts'
import { Neighbours } from './support/neighbour.ts'
import { childrenOf, connectionsOf, oneComputes } from './support/process-figures.ts'

const IRIS = join(ROOT, 'models/iris/1')
const EXAMPLE = readFileSync(join(IRIS, 'serving_input_example.json'))
const CERTIFICATE = join(ROOT, 'test/server/fixtures/localhost-cert.pem')
const KEY = join(ROOT, 'test/server/fixtures/localhost-key.pem')
const LOOP = modelPath('loop')
const ENDLESS = `{"inputs": {"turns": ${2n ** 62n}, "x": [1.0]}}`
const SHORT = '{"inputs": {"turns": 3, "x": [1.0]}}'

const running: HeadraceProcess[] = []

afterEach(async () => {
  for (const server of running.splice(0)) {
    // Children notice that their supervisor is gone, but one that hangs notices nothing.
    for (const pid of childrenOf(server.pid)) process.kill(pid, 'SIGKILL')
    server.signal('SIGKILL')
    await server.finished()
  }
})

async function serve(args: readonly string[], plan: Partial<ProcessPlan> = {}) {
  const server = new HeadraceProcess({ ...plan, args: ['serve', '--port', '0', ...args] })
  running.push(server)
  const url = await server.listening()
  await server.printed(/all processes serve/)
  return { server, url }
}

function score(
  url: string,
  body: string | Uint8Array<ArrayBuffer> = EXAMPLE,
  headers: Record<string, string> = {},
) {
  return fetch(`${url}/invocations`, {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json', connection: 'close', ...headers },
  })
}

async function metricsOf(url: string): Promise<string> {
  return (await fetch(`${url}/metrics`, { headers: { connection: 'close' } })).text()
}

/** Of a series without labels, or with these. */
function sample(metrics: string, series: string): number {
  const line = metrics.split('\n').find((text) => text.startsWith(`${series} `))
  return line === undefined ? 0 : Number(line.slice(series.length + 1))
}

async function countsProcesses(url: string, count: number): Promise<string> {
  for (;;) {
    // One that goes to a process which is being killed is lost with it.
    const metrics = await metricsOf(url).catch(() => '')
    if (sample(metrics, 'headrace_processes') === count) return metrics
    await delay(20)
  }
}

/** Waits until so many were started again that were killed. */
async function countsRestarts(url: string, count: number): Promise<void> {
  const series = 'headrace_process_restarts_total{reason="SIGKILL"}'
  while (sample(await metricsOf(url).catch(() => ''), series) < count) await delay(20)
}

describe('processes that die under load', () => {
  test.each(['SIGSEGV', 'SIGKILL'] as const)(
    '%s costs the connections of that process and no more',
    async (signal) => {
      const { server, url } = await serve(['-m', IRIS, '--processes', '2'])
      const neighbours = new Neighbours(url, EXAMPLE, 8)
      await neighbours.heard(100)
      const before = await metricsOf(url)
      const first = childrenOf(server.pid)[0]!
      const connections = connectionsOf(first, Number(new URL(url).port))
      process.kill(first, signal)
      const after = await countsProcesses(url, 2).then(async (metrics) => {
        // Until the end has been noticed, two are counted.
        if (!metrics.includes('headrace_process_restarts_total{')) {
          await server.printed(/is started again at once/)
          return countsProcesses(url, 2)
        }
        return metrics
      })
      await neighbours.heard(neighbours.seen.answered + 100)
      const { refused, failed } = await neighbours.stop()
      expect(refused).toEqual({})
      const lost = Object.values(failed).reduce((sum, count) => sum + count, 0)
      expect(connections).toBeLessThan(8)
      expect(lost).toBeLessThanOrEqual(connections)
      expect(after).toMatch(new RegExp(`^headrace_process_restarts_total\\{reason="${signal}"\\} 1$`, 'm'))
      const requests = 'headrace_requests_total{model="1",version="1",code="200"}'
      expect(sample(after, requests)).toBeGreaterThanOrEqual(sample(before, requests))
    },
  )

  test('with clients that open a connection for each request, nobody loses any but the ones it had', async () => {
    const { server, url } = await serve(['-m', IRIS, '--processes', '2'])
    const seen = { answered: 0, failed: 0 }
    let stopped = false
    const clients = Array.from({ length: 4 }, async () => {
      while (!stopped) {
        const status = await score(url).then(
          (reply) => reply.status,
          () => 0,
        )
        if (status === 200) seen.answered += 1
        else seen.failed += 1
      }
    })
    const answered = async (count: number) => {
      for (const end = seen.answered + count; seen.answered < end; ) await delay(20)
    }
    for (let death = 1; death <= 3; death += 1) {
      await answered(100)
      process.kill(childrenOf(server.pid)[0]!, 'SIGKILL')
      await countsRestarts(url, death)
      // Of two that die at the same time nobody is left.
      await countsProcesses(url, 2)
    }
    await answered(100)
    stopped = true
    await Promise.all(clients)
    // A death can hit what its process has in hand, of four clients no more than four requests.
    expect(seen.failed).toBeLessThanOrEqual(12)
  })
})

test('a run that never returns holds up its process alone, which is replaced', async () => {
  // A time limit longer than a machine may stand still: the neighbours have it too.
  const { server, url } = await serve(['-m', LOOP, '--placement', 'inline', '-t', '5', '--processes', '2'])
  const hanging = score(url, ENDLESS).catch(() => 'reset')
  await oneComputes(childrenOf(server.pid))
  const neighbours = new Neighbours(url, SHORT, 4)
  await server.printed(/no sign of life/)
  expect(await hanging).toBe('reset')
  await server.printed(/is started again at once/)
  const metrics = await countsProcesses(url, 2)
  expect(metrics).toMatch(/^headrace_process_restarts_total\{reason="hang"\} 1$/m)
  await neighbours.heard(100)
  expect(await neighbours.stop()).toMatchObject({ refused: {}, failed: {} })
})

test('a process that nobody supervises ends itself when a run never returns', async () => {
  const server = new HeadraceProcess({
    args: ['serve', '--port', '0', '-m', LOOP, '--placement', 'inline', '-t', '1'],
  })
  running.push(server)
  const url = await server.listening()
  await expect(score(url, ENDLESS)).rejects.toThrow()
  const { code, stderr } = await server.finished()
  expect(code).toBe(null)
  expect(stderr).toMatch(/"level":"fatal".*the event loop stands still/)
})

describe('as one server', () => {
  test('it announces itself once, counts once, and says what belongs to which process', async () => {
    const { server, url } = await serve(['-m', IRIS, '--processes', '3', '--access-log'])
    let requests = 0
    while (
      requests < 12 ||
      new Set(server.output.match(/(?<="process":)\d(?=.*"path":"\/invocations")/g)).size < 3
    ) {
      expect((await score(url)).status).toBe(200)
      requests += 1
    }
    const scrapes = await Promise.all(Array.from({ length: 6 }, () => metricsOf(url)))
    for (const metrics of scrapes) {
      expect(sample(metrics, 'headrace_requests_total{model="1",version="1",code="200"}')).toBe(requests)
      expect(sample(metrics, 'headrace_rows_total{model="1",version="1"}')).toBe(6 * requests)
      expect(metrics).toMatch(/^headrace_model_info\{[^}]*\} 1$/m)
      expect(metrics).toContain(
        `headrace_request_stage_seconds_bucket{le="+Inf",model="1",version="1",stage="total"} ${requests}\n`,
      )
      expect(metrics.match(/^headrace_process_resident_memory_bytes\{/gm)?.length).toBe(3)
      expect(sample(metrics, 'process_start_time_seconds')).toBeGreaterThan(1e9)
    }
    const { code, stderr } = await server.stop()
    expect(code).toBe(0)
    const lines = stderr
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>)
    expect(lines.filter(({ msg }) => String(msg).includes('is listening on'))).toMatchObject([
      { processes: 3 },
    ])
    const answered = lines.filter(({ path }) => path === '/invocations')
    expect(answered.length).toBe(requests)
    expect(new Set(answered.map(({ process: number }) => number))).toEqual(new Set([1, 2, 3]))
    expect(lines.filter(({ msg }) => msg === 'stopped').length).toBe(1)
  })

  test('it takes keys and certificates as a single process does', async () => {
    const { url } = await serve(
      ['-m', IRIS, '--processes', '2', '--ssl-certfile', CERTIFICATE, '--ssl-keyfile', KEY],
      { env: { HEADRACE_API_KEY: 'hush' } },
    )
    const status = (path: string, headers = {}) =>
      new Promise((resolve, reject) => {
        const options = {
          ca: readFileSync(CERTIFICATE),
          servername: 'localhost',
          agent: new Agent(),
          headers,
        }
        get(`${url}${path}`, options, (reply) => resolve(reply.resume().statusCode)).once('error', reject)
      })
    expect(new URL(url).protocol).toBe('https:')
    for (let asked = 0; asked < 4; asked += 1) {
      expect(await status('/ready')).toBe(200)
      expect(await status('/metrics')).toBe(401)
      expect(await status('/metrics', { authorization: 'Bearer hush' })).toBe(200)
    }
  })
})

describe('a start that fails', () => {
  test('ends all processes, says why once, and exits with 1', async () => {
    const { code, stdout, stderr } = await run({
      args: ['serve', '-p', '0', '--processes', '3', '-m', '/nowhere/model'],
      cwd: temporaryFolder(),
    })
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toMatch(/^headrace: [^\n]*There is no model at \/nowhere\/model[^\n]*\n$/)
  })

  test('for a port in use, also where those who have it would share it', async () => {
    const port = String(await freePort())
    const first = new HeadraceProcess({ args: ['serve', '-m', IRIS, '-p', port, '--reuse-port'] })
    running.push(first)
    await first.listening()
    for (const processes of ['1', '2']) {
      const { code, stderr } = await run({
        args: ['serve', '-m', IRIS, '-p', port, '--processes', processes],
      })
      expect({ code, error: stderr.slice(stderr.indexOf('headrace:')) }).toEqual({
        code: 1,
        error: `headrace: Cannot listen on 127.0.0.1:${port}: another program is listening there; choose another port.\n`,
      })
    }
    const second = new HeadraceProcess({
      args: ['serve', '-m', IRIS, '-p', port, '--reuse-port', '--processes', '2'],
    })
    running.push(second)
    await second.listening()
  })

  test.each(['0', '-1', 'two', '100000'])('for %s processes', async (count) => {
    const { code, stderr } = await run({ args: ['serve', '-m', IRIS, '--processes', count] })
    expect(code).toBe(2)
    expect(stderr).toMatch(/^headrace: --processes \(or HEADRACE_PROCESSES\): [^\n]+\n$/)
  })
})

describe('the end', () => {
  test('comes to all processes when their supervisor is killed', async () => {
    const { server } = await serve(['-m', IRIS, '--processes', '2'])
    const children = childrenOf(server.pid)
    server.signal('SIGKILL')
    await server.finished()
    const end = performance.now() + 60_000
    while (children.some(isAlive) && performance.now() < end) await delay(20)
    expect(children.filter(isAlive)).toEqual([])
  })

  test('comes at once with a second signal', async () => {
    const { server, url } = await serve(['-m', LOOP, '-w', '1', '--processes', '2', '--grace-period', '150'])
    const lost = score(url, ENDLESS).catch(() => 'reset')
    await oneComputes(childrenOf(server.pid))
    server.signal('SIGTERM')
    await server.printed(/"stopping"/)
    // Within 200 ms it counts as the same.
    await delay(300)
    const askedAt = performance.now()
    server.signal('SIGTERM')
    expect((await server.finished()).code).toBe(0)
    // Far less than the grace time, also where much else is done.
    expect(performance.now() - askedAt).toBeLessThan(60_000)
    expect(await lost).toBe('reset')
  })

  test('of one process by a signal of its own costs nobody anything', async () => {
    const { server, url } = await serve(['-m', IRIS, '--processes', '2'])
    const neighbours = new Neighbours(url, EXAMPLE, 8)
    await neighbours.heard(100)
    for (const pid of childrenOf(server.pid)) {
      process.kill(pid, 'SIGTERM')
      while (isAlive(pid)) await delay(20)
    }
    await countsProcesses(url, 2)
    expect(await neighbours.stop()).toMatchObject({ refused: {}, failed: {} })
  })
})

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
