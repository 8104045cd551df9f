/**
 * How much longer do answers take while a shadow gets a copy of every request? Target: the slowest of a hundred at most 1.1 times,
 * where cores are spare. A tiny model inline, whose shadow shares its thread, and a network in a pool, whose shadow has threads of
 * its own. Both servers live all the time and are loaded in turn by an open loop far below what they can take.
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

const ROUNDS = QUICK ? 2 : 5
const SECONDS = QUICK ? 2 : 5
const CONNECTIONS = 32

interface Case {
  readonly name: string
  readonly placement: 'inline' | 'pool'
  readonly listeners: number
  /** Requests a second. */
  readonly rate: number
  readonly port: number
}

const CASES: readonly Case[] = [
  { name: 'tiny, inline', placement: 'inline', listeners: 1, rate: 2000, port: 25_071 },
  { name: 'tiny, in a pool', placement: 'pool', listeners: 1, rate: 2000, port: 25_073 },
  { name: 'tiny, inline, near its limit', placement: 'inline', listeners: 1, rate: 6000, port: 25_077 },
  { name: 'tiny, inline, two listeners', placement: 'inline', listeners: 2, rate: 4000, port: 25_075 },
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
  const without = new Server(plan(models, port))
  const shadowed = new Server(plan([...models, '--shadow', 'b', '--shadow-sample', '100'], port + 1))
  try {
    for (const server of [without, shadowed]) {
      await server.firstPrediction()
      await settled(server)
    }
    const load = (server: Server, seed: number): Promise<OpenFigures> =>
      openLoop({
        ...{ url: server.url, bodyFile, rate, seconds: SECONDS, warmSeconds: 1, seed },
        ...{ connections: CONNECTIONS, cpus: LOAD_CPUS },
      })
    const rounds: { readonly without: OpenFigures; readonly shadowed: OpenFigures }[] = []
    for (let round = 0; round < ROUNDS; round += 1) {
      const order = round % 2 === 0 ? [without, shadowed] : [shadowed, without]
      const figures = new Map<Server, OpenFigures>()
      for (const server of order) figures.set(server, whole(await load(server, round)))
      rounds.push({ without: figures.get(without)!, shadowed: figures.get(shadowed)! })
    }
    return summary(rounds)
  } finally {
    await without.stop()
    await shadowed.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

function whole(figures: OpenFigures): OpenFigures {
  if (figures.failed + figures.unanswered > 0) throw new Error(`${figures.failed} requests failed`)
  return figures
}

function summary(rounds: readonly { readonly without: OpenFigures; readonly shadowed: OpenFigures }[]) {
  const ratio = (of: (figures: OpenFigures) => number | null): number =>
    Number(median(rounds.map(({ without, shadowed }) => of(shadowed)! / of(without)!)).toFixed(3))
  const p99 = (side: 'without' | 'shadowed'): number => median(rounds.map((round) => round[side].p99Us!))
  return {
    ...{ 'p99 us without': p99('without'), 'p99 us with': p99('shadowed') },
    ...{ 'p99 ratio': ratio(({ p99Us }) => p99Us), 'p50 ratio': ratio(({ p50Us }) => p50Us) },
    'p99 ratio by round': rounds.map(({ without, shadowed }) => percent(shadowed.p99Us! / without.p99Us!)),
  }
}

/** In hundredths. */
function percent(ratio: number): number {
  return Math.round(ratio * 100) / 100
}
