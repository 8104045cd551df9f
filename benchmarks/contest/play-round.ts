import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { closedLoop } from '../load/closed-loop.ts'
import type { Wire, Workload } from '../workloads/workload.ts'
import type { Contestant } from './contestant.ts'
import { cpuMeter, quiet } from './cpu-meter.ts'
import { engineRound } from './engine.ts'
import { largestRate } from './largest-rate.ts'
import { type OpenedServer, openedServer } from './opened-server.ts'
import { countCpus } from './pinning.ts'
import { ProcessGroup } from './process-group.ts'
import type { ClosedLoad, LargestRate, Round, Settings } from './result.ts'

/** A contestant's turn in a round. */
export interface Turn {
  readonly contestant: Contestant
  readonly workload: Workload
  readonly wire: Wire
  readonly settings: Settings
  readonly seekLargestRate: boolean
}

export interface Played {
  readonly round: Round
  readonly requestBytes: number
  readonly replyBytes: number
  readonly largestRate?: LargestRate
}

const WARM_CONNECTIONS = 8
const QUIET_WAIT_MS = 5000

/** @throws Error where the contestant does not start, or answers wrongly */
export async function playRound(turn: Turn): Promise<Played> {
  if (turn.contestant.peer.kind === 'engine') return playEngine(turn)
  const at = new Date().toISOString()
  const server = await openedServer(turn)
  try {
    const { settings } = turn
    const { loadCpus: cpus, warmSeconds } = settings
    await closedLoop({ ...server.target, connections: WARM_CONNECTIONS, seconds: warmSeconds, cpus })
    const loads: ClosedLoad[] = []
    for (const { connections, seconds } of settings.closedLoop) {
      loads.push(await quietLoad(server, { connections, seconds, settings }))
    }
    const memory = server.group.memory()
    const round = { at, startMs: server.first.startMs, loads, memory }
    const { requestBytes } = server
    const played = { round, requestBytes, replyBytes: server.first.replyBytes }
    if (!turn.seekLargestRate) return played
    return { ...played, largestRate: await seek(server, settings, loads.at(-1)!) }
  } finally {
    await server.close()
  }
}

interface LoadTurn {
  readonly connections: number
  readonly seconds: number
  readonly settings: Settings
}

/** A load that others disturbed is repeated once; the less disturbed of both counts. */
async function quietLoad(server: OpenedServer, turn: LoadTurn): Promise<ClosedLoad> {
  const first = await oneLoad(server, turn)
  if (!first.disturbed || turn.settings.quick) return first
  const second = await oneLoad(server, turn)
  return second.foreignCores < first.foreignCores ? second : first
}

async function oneLoad(
  server: OpenedServer,
  { connections, seconds, settings }: LoadTurn,
): Promise<ClosedLoad> {
  if (!settings.quick) await quiet(server.group, settings, QUIET_WAIT_MS)
  const meter = cpuMeter(server.group, settings)
  const figures = await closedLoop({ ...server.target, connections, seconds, cpus: settings.loadCpus })
  const cpu = meter()
  const cpuUs = (cpu.serverSeconds / Math.max(1, figures.requests)) * 1e6
  return { connections, ...figures, ...cpu, cpuUs }
}

function seek(
  server: OpenedServer,
  settings: Settings,
  { requestsPerSecond }: ClosedLoad,
): Promise<LargestRate> {
  return largestRate({ ...server.target, group: server.group, settings, guess: requestsPerSecond })
}

async function playEngine({ contestant, workload, wire, settings }: Turn): Promise<Played> {
  const folder = mkdtempSync(join(tmpdir(), 'headrace-engine-'))
  const cpus = countCpus(settings.serverCpus)
  const launch = await contestant.peer.launch({
    config: contestant.config.name,
    workload,
    wire,
    port: 0,
    cpus,
    folder,
  })
  const seconds = settings.closedLoop.at(-1)?.seconds ?? 1
  const withSeconds = { ...launch, env: { ...launch.env, BENCH_SECONDS: String(seconds) } }
  const group = ProcessGroup.start(withSeconds, { cpus: settings.serverCpus, folder })
  try {
    const round = await engineRound(group, () => cpuMeter(group, settings))
    return { round, requestBytes: 0, replyBytes: 0 }
  } finally {
    await group.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}
