import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { ServerLimits, ServerOptions } from '../../../src/server/server-options.ts'
import { startServer } from '../support/running.ts'
import { ORDINARY, play, script, type WireScript } from './wire-script.ts'

/** Every conversation ends by itself soon. */
const LIMITS: Partial<ServerLimits> = {
  headersTimeoutMs: 1000,
  bodyTimeoutMs: 1000,
  keepAliveTimeoutMs: 3000,
}

async function bothServers(overrides: Partial<ServerOptions> = {}): Promise<[number, number]> {
  const [first, second] = await Promise.all(
    [true, false].map((lane) => startServer({ limits: LIMITS, lane, ...overrides })),
  )
  return [first!.server.port, second!.server.port]
}

async function expectSame(ports: readonly [number, number], scripts: readonly WireScript[]): Promise<void> {
  const said = await Promise.all(scripts.map((each) => Promise.all(ports.map((port) => play(port, each)))))
  for (const [index, [inLane = [], without = []]] of said.entries()) {
    const { pieces } = scripts[index]!
    if (!isMoreOf(inLane, without)) expect({ pieces, said: inLane }).toEqual({ pieces, said: without })
  }
}

/**
 * What comes behind a whole request without waiting for its answer costs node:http that answer where it is no HTTP, and
 * the connection with it. In the lane each request is answered before anybody looks at the next.
 */
function isMoreOf(inLane: readonly string[], without: readonly string[]): boolean {
  if (inLane.length === without.length) return inLane.join('') === without.join('')
  let at = 0
  for (const answer of without) at = inLane.indexOf(answer, at) + 1 || inLane.length + 1
  return at === inLane.length && inLane.at(-1)!.startsWith('HTTP/1.1 400')
}

const SCRIPTS = 400

test('whatever is sent, in whatever pieces, is answered as node:http answers it', {
  timeout: 30_000,
}, async () => {
  const ports = await bothServers()
  await expectSame(ports, fc.sample(script, SCRIPTS))
})

test('with keys and origins too', { timeout: 30_000 }, async () => {
  const ports = await bothServers({ apiKeys: ['secret'], corsOrigins: ['http://a.example'] })
  await expectSame(ports, fc.sample(script, SCRIPTS / 4))
})

test('three requests that come at once are answered in order', async () => {
  const ports = await bothServers()
  const last = ORDINARY.replace('\r\n', '\r\nConnection: close\r\n')
  const other = ORDINARY.replace('/invocations', '/nowhere')
  await expectSame(ports, [
    { ordinary: 0, gapMs: 0, pieces: [ORDINARY + ORDINARY + ORDINARY] },
    { ordinary: 1, gapMs: 0, pieces: [ORDINARY + other + ORDINARY] },
    { ordinary: 1, gapMs: 0, pieces: [ORDINARY + last + ORDINARY] },
    { ordinary: 1, gapMs: 0, pieces: [ORDINARY + ORDINARY.slice(0, 40), ORDINARY.slice(40)] },
    { ordinary: 1, gapMs: 0, pieces: [ORDINARY + ORDINARY.slice(0, -5), ORDINARY.slice(-5) + ORDINARY] },
    { ordinary: 1, gapMs: 300, pieces: [ORDINARY + ORDINARY.slice(0, -5), ORDINARY.slice(-5) + ORDINARY] },
  ])
})
