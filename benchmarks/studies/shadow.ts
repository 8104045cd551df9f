/**
 * How much longer do answers take while a shadow gets a copy of every request? Target: the slowest of a hundred at most 1.1 times,
 * where cores are spare. A tiny model inline, whose shadow shares its thread, and a network in a pool, whose shadow has threads of
 * its own. Two servers without a shadow are alike, so that the ratio of those tells what the machine alone makes of it. All
 * servers live all the time and are loaded in turn by an open loop far below what they can take.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { headrace, LOAD_CPUS, MODELS } from '../lib/peers.ts'
import { installed, KEPT, QUICK } from '../lib/quick.ts'
import { keep, machine, median } from '../lib/report.ts'
import { settled } from '../lib/scrape.ts'
import { Server } from '../lib/server.ts'
import { type OpenFigures, openLoop } from '../load/open-loop.ts'

const ROUNDS = QUICK ? 2 : 6
const SECONDS = QUICK ? 2 : 5
const CONNECTIONS = 32

const SIDES = ['without', 'alike', 'shadowed'] as const
type Side = (typeof SIDES)[number]
type Round = Readonly<Record<Side, OpenFigures>>

interface Case {
  readonly name: string
  readonly placement: 'inline' | 'pool'
  readonly listeners: number
  /** Requests a second. */
  readonly rate: number
  readonly port: number
}

const CASES: readonly Case[] = [
  { name: 'tiny, inline', placement: 'inline', listeners: 1, rate: 2000, port: 25_161 },
  { name: 'tiny, in a pool', placement: 'pool', listeners: 1, rate: 2000, port: 25_165 },
  { name: 'tiny, inline, near its limit', placement: 'inline', listeners: 1, rate: 6000, port: 25_169 },
  { name: 'tiny, inline, two listeners', placement: 'inline', listeners: 2, rate: 4000, port: 25_173 },
]

const bodyFile = join(MODELS, 'tiny.body.json')
const BODY = readFileSync(bodyFile, 'utf8')
const install = installed()
console.log(machine())
const results: Record<string, unknown> = {}
for (const each of CASES) results[each.name] = await measure(each)
console.table(results)
if (KEPT) keep('shadow', results)

async function measure({ name, placement, listeners, rate, port }: Case) {
  const folder = mkdtempSync(join(tmpdir(), 'headrace-shadow-'))
  const tiny = join(MODELS, 'tiny')
  const common = ['--placement', placement, '--workers', '1', '--listeners', String(listeners)]
  const models = ['-m', `a=${tiny}`, '-m', `b=${tiny}`, ...common]
  const plan = (args: readonly string[], at: number) => {
    return { ...headrace(install, args, { port: at, body: BODY, cwd: folder }), name }
  }
  const servers: Record<Side, Server> = {
    without: new Server(plan(models, port)),
    alike: new Server(plan(models, port + 1)),
    shadowed: new Server(plan([...models, '--shadow', 'b', '--shadow-sample', '100'], port + 2)),
  }
  try {
    for (const side of SIDES) {
      await servers[side].firstPrediction()
      await settled(servers[side])
    }
    const load = (server: Server, seed: number): Promise<OpenFigures> =>
      openLoop({
        ...{ url: server.url, bodyFile, rate, seconds: SECONDS, warmSeconds: 1, seed },
        ...{ connections: CONNECTIONS, cpus: LOAD_CPUS },
      })
    const rounds: Round[] = []
    for (let round = 0; round < ROUNDS; round += 1) {
      const figures = new Map<Side, OpenFigures>()
      for (const side of orderOf(round)) figures.set(side, whole(await load(servers[side], round)))
      const [without, alike, shadowed] = SIDES.map((side) => figures.get(side)!)
      rounds.push({ without: without!, alike: alike!, shadowed: shadowed! })
    }
    return summary(rounds)
  } finally {
    for (const side of SIDES) await servers[side].stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Each is the first, the second and the last equally often. */
function orderOf(round: number): readonly Side[] {
  const first = round % SIDES.length
  const order = [...SIDES.slice(first), ...SIDES.slice(0, first)]
  return Math.floor(round / SIDES.length) % 2 === 0 ? order : order.reverse()
}

function whole(figures: OpenFigures): OpenFigures {
  const { failed, unanswered, due } = figures
  if (failed + unanswered === 0) return figures
  throw new Error(`Of ${due} requests ${failed} failed, and ${unanswered} had no answer within seconds`)
}

function summary(rounds: readonly Round[]) {
  const p99 = (side: Side): number => median(rounds.map((round) => round[side].p99Us!))
  return {
    ...{ 'p99 us without': p99('without'), 'p99 us with': p99('shadowed') },
    ...compared(rounds, 'shadowed', ''),
    ...compared(rounds, 'alike', 'alike: '),
  }
}

/** One side as multiples of the one without a shadow, round by round. */
function compared(rounds: readonly Round[], side: Side, what: string) {
  const ratios = (of: (figures: OpenFigures) => number | null): number[] =>
    rounds.map((round) => of(round[side])! / of(round.without)!)
  const p99 = ratios(({ p99Us }) => p99Us)
  return {
    [`${what}p99 ratio`]: Number(median(p99).toFixed(3)),
    [`${what}p50 ratio`]: Number(median(ratios(({ p50Us }) => p50Us)).toFixed(3)),
    [`${what}p99 ratio by round`]: p99.map(percent),
  }
}

/** In hundredths. */
function percent(ratio: number): number {
  return Math.round(ratio * 100) / 100
}
