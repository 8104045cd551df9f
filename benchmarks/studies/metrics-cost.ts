/**
 * What do metrics and timing cost? A tiny model inline, where they weigh most: as it is, without what the metrics count,
 * and without the timing of requests and its header either. All three run from the sources, which differ by those lines
 * alone (`peers/without-metrics.ts`). Target: at most 3 %. With `--quick`, once and shortly.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { headrace, MODELS, ROOT } from '../lib/peers.ts'
import { KEPT, QUICK } from '../lib/quick.ts'
import { keep, machine, median } from '../lib/report.ts'
import { settled } from '../lib/scrape.ts'
import type { ServerPlan } from '../lib/server.ts'
import { printSides, type Side, sideBySide } from '../lib/side-by-side.ts'

const AS_IT_IS = 'as it is'
const ROUNDS = QUICK ? 2 : 13

const bodyFile = join(MODELS, 'tiny.body.json')
const body = readFileSync(bodyFile, 'utf8')

function variant(name: string, port: number, without: string): ServerPlan {
  const args = ['-m', join(MODELS, 'tiny'), '--placement', 'inline', '--listeners', '1']
  const node = ['--import', join(ROOT, 'benchmarks/peers/without-metrics.ts')]
  const plan = headrace(undefined, args, { port, body, node })
  return { ...plan, name, env: { BENCH_WITHOUT: without } }
}

const sides = await sideBySide({
  plans: [
    variant(AS_IT_IS, 25_041, ''),
    variant('without metrics', 25_042, 'metrics'),
    variant('without metrics and timing', 25_043, 'timing'),
  ],
  ...{ bodyFile, connections: 32, rounds: ROUNDS, seconds: QUICK ? 1 : 3 },
  beforeLoad: settled,
})

interface Cost {
  readonly ofTheRate: number
  readonly ofTheProcessorTime: number
}

/** Round by round, since a machine is faster at one time than at another. @returns per cent. */
function costBeside(other: Side): Cost {
  const own = sides.find(({ name }) => name === AS_IT_IS)?.rounds ?? []
  const rates = own.map(
    (round, index) => 1 - round.requestsPerSecond / other.rounds[index]!.requestsPerSecond,
  )
  const times = own.map((round, index) => 1 - other.rounds[index]!.cpuUs / round.cpuUs)
  return { ofTheRate: perCent(median(rates)), ofTheProcessorTime: perCent(median(times)) }
}

function perCent(share: number): number {
  return Number((share * 100).toFixed(2))
}

const others = sides.filter(({ name }) => name !== AS_IT_IS)
const costPerCent = Object.fromEntries(others.map((side) => [side.name, costBeside(side)]))
console.log(machine())
printSides(sides)
console.log('cost in per cent:', costPerCent)
if (KEPT) keep('metrics-cost', { costPerCent, sides })
