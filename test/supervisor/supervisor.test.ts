import { once } from 'node:events'
import { rmSync, writeFileSync } from 'node:fs'
import { Agent, get, type IncomingMessage } from 'node:http'
import { join } from 'node:path'
import { json, text } from 'node:stream/consumers'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { describe, expect, type TestContext, test } from 'vitest'
import type { MetricFigures } from '../../src/core/metric-figures.ts'
import { FirstProcessFailed } from '../../src/supervisor/first-process-failed.ts'
import { Supervisor, type SupervisorOptions } from '../../src/supervisor/supervisor.ts'
import { freePort } from '../fixtures/free-port.ts'
import { temporaryFolder } from '../fixtures/temporary-folder.ts'

const SCRIPT = fileURLToPath(new URL('./fakes/server-program.ts', import.meta.url))

interface Line {
  readonly fields: Readonly<Record<string, unknown>>
  readonly message: string
}

interface Answer {
  readonly number: number
  readonly pid: number
}

async function supervise({ onTestFinished }: TestContext, overrides: Partial<SupervisorOptions> = {}) {
  const port = await freePort()
  const lines: Line[] = []
  const note = (fields: object, message: string) => void lines.push({ fields: { ...fields }, message })
  const supervisor = new Supervisor({
    program: { script: SCRIPT, args: [] },
    processes: 2,
    listen: { host: '127.0.0.1', port, reusePort: false },
    graceMs: 5000,
    requestTimeoutMs: 1000,
    log: { info: note, warn: note, error: note },
    ...overrides,
  })
  onTestFinished(async () => {
    void supervisor.stop({ accepting: false })
    await supervisor.stop({ accepting: false })
  })
  return { supervisor, port, lines }
}

/** Started, with all of its processes. */
async function started(context: TestContext, overrides: Partial<SupervisorOptions> = {}) {
  const supervised = await supervise(context, overrides)
  await supervised.supervisor.start()
  await logged(supervised.lines, 'all processes serve')
  return supervised
}

async function logged(lines: readonly Line[], text: string): Promise<Line> {
  for (;;) {
    const line = lines.find(({ message }) => message.includes(text))
    if (line !== undefined) return line
    await delay(10)
  }
}

/** Over a connection of its own unless an agent is given. Settles with the head of the answer. */
async function headOf(port: number, path: string, agent = new Agent()): Promise<IncomingMessage> {
  const [reply] = await once(get({ host: '127.0.0.1', port, path, agent }), 'response')
  return reply
}

async function ask(port: number, path = '/', agent?: Agent): Promise<string> {
  return text(await headOf(port, path, agent))
}

async function answer(port: number, path = '/', agent?: Agent): Promise<Answer> {
  return JSON.parse(await ask(port, path, agent)) as Answer
}

async function requestsCounted(port: number): Promise<number> {
  const figures = (JSON.parse(await ask(port, '/figures')) as MetricFigures[][]).flat()
  const counters = figures.filter(({ name }) => name === 'requests_total')
  return counters.flatMap(({ values }) => values).reduce((sum, { value }) => sum + value, 0)
}

describe.concurrent('Supervisor', () => {
  // A process that does not get a core for a tenth of a second is not given the connection that it was offered.
  test('spreads connections over its processes', { retry: 4 }, async (context) => {
    const { port } = await started(context, { processes: 3 })
    const agents = Array.from({ length: 6 }, () => new Agent({ keepAlive: true }))
    const numbers: number[] = []
    for (const agent of agents) numbers.push((await answer(port, '/', agent)).number)
    expect(numbers.sort()).toEqual([1, 1, 2, 2, 3, 3])
    for (const agent of agents) agent.destroy()
  })

  test('starts a process again that ended, under its number', async (context) => {
    const { port, lines } = await started(context)
    const agent = new Agent({ keepAlive: true })
    const before = await answer(port, '/', agent)
    process.kill(before.pid, 'SIGKILL')
    const line = await logged(lines, 'a process ended by SIGKILL; it is started again at once')
    expect(line.fields).toMatchObject({ process: before.number, pid: before.pid, signal: 'SIGKILL' })
    const seen = new Set<number>()
    while (seen.size < 2) seen.add((await answer(port)).pid)
    expect(seen).not.toContain(before.pid)
    agent.destroy()
  })

  test('lets connections wait while no process lives', async (context) => {
    const { port } = await started(context, { processes: 1 })
    const { pid } = await answer(port)
    process.kill(pid, 'SIGKILL')
    expect((await answer(port)).pid).not.toBe(pid)
  })

  test('kills a process whose event loop stands still, and no other', async (context) => {
    const { port, lines } = await started(context, { requestTimeoutMs: -2000 })
    const hanging = ask(port, '/hang').catch((error: NodeJS.ErrnoException) => error.code)
    const line = await logged(lines, 'a process gave no sign of life')
    expect(await hanging).toBe('ECONNRESET')
    await logged(lines, 'a process ended by SIGKILL')
    const other = (await answer(port)).pid
    expect(other).not.toBe(line.fields['pid'])
    const [own] = JSON.parse(await ask(port, '/figures')) as [MetricFigures[]]
    const restarts = own.find(({ name }) => name === 'headrace_process_restarts_total')
    expect(restarts?.values).toEqual([{ labels: { reason: 'hang' }, value: 1 }])
  })

  test.runIf(process.platform === 'linux')(
    'leaves a process alone that somebody has stopped',
    // One that gets no core for two seconds is killed, as one that hangs.
    { retry: 2 },
    async (context) => {
      const { port, lines } = await started(context, { requestTimeoutMs: -3000 })
      const agent = new Agent({ keepAlive: true })
      const { pid } = await answer(port, '/', agent)
      process.kill(pid, 'SIGSTOP')
      await delay(4500)
      process.kill(pid, 'SIGCONT')
      expect((await answer(port, '/', agent)).pid).toBe(pid)
      // Of a machine with much to do the other one may well be killed.
      const silent = lines.filter(({ message }) => message.includes('no sign of life'))
      expect(silent.filter(({ fields }) => fields['pid'] === pid)).toEqual([])
      agent.destroy()
    },
  )

  test('adds up what all processes count, those included that are gone', async (context) => {
    const { port } = await started(context)
    for (let request = 0; request < 10; request += 1) await ask(port)
    expect(await requestsCounted(port)).toBe(11)
    process.kill((await answer(port)).pid, 'SIGKILL')
    await delay(50)
    // The one request since the last scrape may be lost with its process.
    expect(await requestsCounted(port)).toBeGreaterThanOrEqual(12)
    await answer(port)
    expect(await requestsCounted(port)).toBeGreaterThanOrEqual(14)
  })

  test('leaves out of a scrape who does not answer, but not what it had counted', async (context) => {
    const { port } = await started(context, { requestTimeoutMs: 60_000 })
    const agent = new Agent({ keepAlive: true })
    const { pid } = await answer(port, '/', agent)
    const before = await requestsCounted(port)
    process.kill(pid, 'SIGSTOP')
    expect(await requestsCounted(port)).toBeGreaterThan(before)
    const [own] = JSON.parse(await ask(port, '/figures')) as [MetricFigures[]]
    const missed = own.find(({ name }) => name === 'headrace_process_scrapes_missed_total')
    expect(missed?.values[0]?.value).toBeGreaterThan(0)
    process.kill(pid, 'SIGCONT')
    agent.destroy()
  })

  test('replaces a process that is asked to end by a signal of its own', async (context) => {
    const { port, lines } = await started(context)
    const agent = new Agent({ keepAlive: true })
    const { pid } = await answer(port, '/', agent)
    const slow = await headOf(port, '/slow', agent)
    process.kill(pid, 'SIGTERM')
    await logged(lines, 'a process leaves')
    expect(await json(slow)).toMatchObject({ pid })
    const seen = new Set<number>()
    while (seen.size < 2) seen.add((await answer(port)).pid)
    expect(seen).not.toContain(pid)
    agent.destroy()
  })

  test('answers what is under way when it stops, and then listens no more', async (context) => {
    const { supervisor, port } = await started(context)
    const slow = await headOf(port, '/slow')
    const stopped = supervisor.stop({ accepting: true })
    expect(await json(slow)).toMatchObject({ departing: true })
    await stopped
    await expect(ask(port)).rejects.toMatchObject({ code: 'ECONNREFUSED' })
  })

  test('ends at once when it is told twice', async (context) => {
    const { supervisor, port } = await started(context)
    const hanging = ask(port, '/hang').catch((error: NodeJS.ErrnoException) => error.code)
    await delay(100)
    void supervisor.stop({ accepting: true })
    await supervisor.stop({ accepting: true })
    expect(await hanging).toBe('ECONNRESET')
  })

  test('gives up where the first process cannot start', async (context) => {
    const failing = join(temporaryFolder(), 'failing')
    writeFileSync(failing, '')
    const { supervisor } = await supervise(context, { program: { script: SCRIPT, args: [failing] } })
    const failure = await supervisor.start().catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(FirstProcessFailed)
    expect((failure as FirstProcessFailed).end).toMatchObject({ code: 3, signal: null })
  })

  test('backs off from processes that keep dying at their start', async (context) => {
    const failing = join(temporaryFolder(), 'failing')
    const { port, lines } = await started(context, { program: { script: SCRIPT, args: [failing] } })
    writeFileSync(failing, '')
    process.kill((await answer(port)).pid, 'SIGKILL')
    await logged(lines, 'with code 3; it is started again in 0.5 s')
    rmSync(failing)
    const seen = new Set<number>()
    while (seen.size < 2) seen.add((await answer(port)).pid)
  })

  test('a taken port is an error', async (context) => {
    const { port } = await started(context, { processes: 1 })
    const { supervisor } = await supervise(context, { listen: { host: '127.0.0.1', port, reusePort: false } })
    await expect(supervisor.start()).rejects.toMatchObject({
      message: `Cannot listen on 127.0.0.1:${port}: another program is listening there; choose another port.`,
    })
  })

  test.runIf(process.platform === 'linux')('a port is shared with those who share it', async (context) => {
    const { port } = await started(context, {
      processes: 1,
      listen: { host: '127.0.0.1', port: await freePort(), reusePort: true },
    }).then(({ supervisor }) => ({ port: supervisor.port! }))
    const other = await supervise(context, {
      processes: 1,
      listen: { host: '127.0.0.1', port, reusePort: true },
    })
    await other.supervisor.start()
    const plain = await supervise(context, {
      processes: 1,
      listen: { host: '127.0.0.1', port, reusePort: false },
    })
    await expect(plain.supervisor.start()).rejects.toMatchObject({ code: 'INVALID_PARAMETER_VALUE' })
  })
})
