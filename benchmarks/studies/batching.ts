/**
 * How much of the rate of a bare node:http JSON echo is left when a tiny model answers behind the batcher: inline, and
 * forced into a pool of one and two workers? Targets: 0.75 inline, 0.65 pooled. The echo has one thread; all servers may
 * use CPUs 0-2, the generator (wrk) has CPU 3. With `--quick`, once and shortly.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { echo, headrace, MODELS } from '../lib/peers.ts'
import { installed, KEPT, QUICK } from '../lib/quick.ts'
import { keep, machine } from '../lib/report.ts'
import { batchingOf, settled } from '../lib/scrape.ts'
import type { Server } from '../lib/server.ts'
import { printSides, ratio, type Side, sideBySide } from '../lib/side-by-side.ts'

const ECHO = 'node:http echo'
const INLINE = 'headrace inline'
const CONNECTIONS = [32, 64]

const bodyFile = join(MODELS, 'tiny.body.json')
const body = readFileSync(bodyFile, 'utf8')
const install = installed()

function served(name: string, port: number, ...args: readonly string[]) {
  return { ...headrace(install, ['-m', join(MODELS, 'tiny'), ...args], { port, body }), name }
}

const plans = [
  served(INLINE, 25_031, '--placement', 'inline', '--listeners', '1'),
  served('headrace pool 1', 25_032, '--placement', 'pool', '--workers', '1'),
  served('headrace pool 2', 25_033, '--placement', 'pool', '--workers', '2'),
  echo({ port: 25_034, body }),
]

const batching: Record<string, string> = {}

function isHeadrace({ plan }: Server): boolean {
  return plan.name !== ECHO
}

interface Compared {
  readonly connections: number
  readonly ofEcho: Readonly<Record<string, number>>
  readonly sides: readonly Side[]
}

async function compare(connections: number): Promise<Compared> {
  const sides = await sideBySide({
    ...{ plans, bodyFile, connections, rounds: QUICK ? 1 : 5, seconds: QUICK ? 1 : 3 },
    beforeLoad: async (server) => (isHeadrace(server) ? settled(server) : undefined),
    afterLoad: async (server) => {
      if (isHeadrace(server)) batching[`${server.plan.name}, ${connections}`] = await batchingOf(server)
    },
  })
  const ofEcho = plans.map(({ name }) => [name, Number(ratio(sides, name, ECHO).toFixed(3))] as const)
  return { connections, ofEcho: Object.fromEntries(ofEcho), sides }
}

const compared: Compared[] = []
for (const connections of CONNECTIONS) compared.push(await compare(connections))

console.log(machine())
for (const { connections, ofEcho, sides } of compared) {
  console.log(`${connections} connections`)
  printSides(sides)
  console.log('of the echo:', ofEcho)
}
console.log('batching:', batching)
if (KEPT) keep('batching', { batching, compared })
