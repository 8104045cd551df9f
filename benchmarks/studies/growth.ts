/**
 * What does a request cost when there is ten times as much of something? Of 1,000 double columns instead of 100, with all
 * digits and a signature: the latency of one connection. Of 100 small models instead of one: memory, and the rate of a
 * single one of them. Targets: at most 12 times the latency; at most 600 MB, and a rate within 10 %. Servers have CPUs 0-2
 * and as many listeners as they choose. Two minutes; with `--quick`, shortly.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { headrace, LOAD_CPUS } from '../lib/peers.ts'
import { pinThisProcess } from '../lib/pin.ts'
import { installed, KEPT, QUICK } from '../lib/quick.ts'
import { keep, machine, median } from '../lib/report.ts'
import { settled } from '../lib/scrape.ts'
import { Server, type ServerPlan } from '../lib/server.ts'
import { printSides, sideBySide } from '../lib/side-by-side.ts'
import { type ClosedFigures, closedLoop } from '../load/closed-loop.ts'
import { measures, networkWorkload } from '../workloads/network-workload.ts'
import {
  COLUMNS_100,
  COLUMNS_1000,
  makeNetwork,
  type Network,
  rowsBody,
  TINY,
} from '../workloads/networks.ts'
import { requestOf } from '../workloads/request.ts'

const ROUNDS = QUICK ? 1 : 9
const SECONDS = QUICK ? 1 : 2
const MODELS = QUICK ? 10 : 100
const CONNECTIONS = 64

const folder = mkdtempSync(join(tmpdir(), 'headrace-growth-'))
const install = installed()

interface Columns {
  readonly server: Server
  readonly bodyFile: string
  readonly rounds: ClosedFigures[]
}

async function columnsServer(network: Network, port: number): Promise<Columns> {
  const workload = await networkWorkload(folder, network, measures)
  const { body } = requestOf(workload, 'mlflow')
  const bodyFile = join(folder, `${network.name}.json`)
  writeFileSync(bodyFile, body)
  const server = new Server(headrace(install, ['-m', workload.folder], { port, body: body.toString() }))
  return { server, bodyFile, rounds: [] }
}

/** The order reversed each round, as everywhere. */
async function growingColumns() {
  const few = await columnsServer(COLUMNS_100, 25_081)
  const many = await columnsServer(COLUMNS_1000, 25_082)
  try {
    for (const { server } of [few, many]) {
      await server.firstPrediction()
      await settled(server)
    }
    await Promise.all([few, many].map((side) => load(side, 1)))
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const side of round % 2 === 0 ? [few, many] : [many, few])
        side.rounds.push(await load(side, SECONDS))
    }
    const [p50Us100, p50Us1000] = [few, many].map(({ rounds }) => median(rounds.map(({ p50Us }) => p50Us)))
    return { p50Us100: p50Us100!, p50Us1000: p50Us1000!, rounds100: few.rounds, rounds1000: many.rounds }
  } finally {
    for (const { server } of [few, many]) await server.stop()
  }
}

async function load({ server, bodyFile }: Columns, seconds: number): Promise<ClosedFigures> {
  const figures = await closedLoop({ url: server.url, bodyFile, connections: 1, seconds, cpus: LOAD_CPUS })
  if (figures.failed > 0) throw new Error(`${figures.failed} requests failed`)
  return figures
}

async function growingModels() {
  const names = Array.from({ length: MODELS }, (_, index) => `model-${index}`)
  const folders = names.map((name) => makeNetwork(folder, { ...TINY, name }))
  const bodyFile = join(folder, 'tiny.json')
  const body = rowsBody(TINY)
  writeFileSync(bodyFile, body)
  const serving = (name: string, port: number, served: readonly string[]): ServerPlan => ({
    ...headrace(
      install,
      served.flatMap((model) => ['-m', model]),
      { port, body },
    ),
    ...{ name, path: '/models/model-0/invocations' },
  })
  const resident = new Map<string, number>()
  const sides = await sideBySide({
    plans: [serving('one', 25_083, folders.slice(0, 1)), serving('all', 25_084, folders)],
    ...{ bodyFile, connections: CONNECTIONS, rounds: ROUNDS, seconds: SECONDS },
    beforeLoad: settled,
    afterLoad: async (server) => void resident.set(server.plan.name, server.residentBytes()),
  })
  printSides(sides)
  const [one, all] = sides
  return {
    count: MODELS,
    residentBytes: resident.get('all')!,
    residentBytesOfOne: resident.get('one')!,
    perSecondAlone: one!.requestsPerSecond,
    perSecondBesideOthers: all!.requestsPerSecond,
    sides,
  }
}

pinThisProcess(LOAD_CPUS)
try {
  console.log(machine())
  const columns = await growingColumns()
  const { p50Us100, p50Us1000 } = columns
  console.log(
    `1,000 columns ${p50Us1000} us, 100 columns ${p50Us100} us: ${(p50Us1000 / p50Us100).toFixed(2)} times`,
  )
  const models = await growingModels()
  const { count, residentBytes, perSecondBesideOthers, perSecondAlone } = models
  const share = (perSecondBesideOthers / perSecondAlone).toFixed(3)
  console.log(`${count} models ${Math.round(residentBytes / 1e6)} MB, one of them ${share} of its rate alone`)
  if (KEPT) keep('growth', { columns, models })
} finally {
  rmSync(folder, { recursive: true })
}
