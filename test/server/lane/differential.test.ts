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

/** On a busy machine what was sent in pieces may come as one, or too late: it is sent again, alone, until it is the same. */
const TRIES = 4

async function expectSame(ports: readonly [number, number], scripts: readonly WireScript[]): Promise<void> {
  let differing = scripts
  for (let played = 1; played < TRIES; played += 1)
    differing = await differingOf(ports, differing, played > 1)
  for (const script of differing) {
    const [inLane = [], without = []] = await playBoth(ports, script)
    const { pieces } = script
    if (!isMoreOf(inLane, without)) expect({ pieces, said: inLane }).toEqual({ pieces, said: without })
  }
}

async function differingOf(
  ports: readonly [number, number],
  scripts: readonly WireScript[],
  oneByOne: boolean,
): Promise<readonly WireScript[]> {
  const said: string[][][] = []
  if (oneByOne) for (const script of scripts) said.push(await playBoth(ports, script))
  else said.push(...(await Promise.all(scripts.map((script) => playBoth(ports, script)))))
  return scripts.filter((_, index) => {
    const [inLane = [], without = []] = said[index]!
    return !isMoreOf(inLane, without)
  })
}

function playBoth(ports: readonly [number, number], script: WireScript): Promise<string[][]> {
  return Promise.all(ports.map((port) => play(port, script)))
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

test('whatever is sent, in whatever pieces, is answered as node:http answers it', async () => {
  const ports = await bothServers()
  await expectSame(ports, fc.sample(script, SCRIPTS))
})

test('with keys and origins too', async () => {
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
