/**
 * What does the tracking server do in a second, beside `mlflow server` with its four workers on the same machine? Start to
 * healthy and memory of both; logging, look-ups and searches; a large artifact up and down. Beside them what SQLite itself
 * commits, and the disk. Each round starts both anew, in an order that is reversed. Servers have CPUs 0-2, the client
 * CPU 3. With `--quick`, shortly.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { diskSpeed, type TransferFigures, transferArtifact } from '../lib/artifact-transfer.ts'
import { durableLoop } from '../lib/durable-loop.ts'
import { LOAD_CPUS } from '../lib/peers.ts'
import { pinThisProcess } from '../lib/pin.ts'
import { installed, KEPT, QUICK } from '../lib/quick.ts'
import { keep, machine, median } from '../lib/report.ts'
import { Server, type ServerPlan } from '../lib/server.ts'
import { headraceTracking, mlflowTracking } from '../lib/tracking-peers.ts'
import { type CallFigures, callLoop } from '../load/call-loop.ts'
import { prepareTracking } from '../workloads/tracking-work.ts'

const ROUNDS = QUICK ? 1 : 3
const SECONDS = QUICK ? 1 : 5
const RUNS = QUICK ? 30 : 300
const ARTIFACT_MEBIBYTES = QUICK ? 64 : 1024
const BATCH = 100
const TOGETHER = 8

interface Round {
  readonly startMs: number
  /** Of all processes: before the first call, and after all work. */
  readonly idleMb: number
  readonly loadedMb: number
  readonly work: Readonly<Record<string, CallFigures>>
  readonly transfer: TransferFigures
}

interface References {
  readonly commitsOfEight: number
  readonly commitsOfBatch: number
  readonly diskMbPerSecond: number
}

async function measure(planOf: (folder: string) => ServerPlan): Promise<Round> {
  const folder = mkdtempSync(join(tmpdir(), 'headrace-tracking-'))
  const plan = planOf(folder)
  const server = new Server(plan)
  const url = `http://127.0.0.1:${plan.port}`
  try {
    const startMs = await server.answers()
    const idleMb = server.residentBytes() / 1e6
    const work: Record<string, CallFigures> = {}
    for (const { name, ...calls } of await prepareTracking(url, RUNS)) {
      work[name] = await callLoop({ url, seconds: SECONDS, ...calls })
    }
    const transfer = await transferArtifact(url, ARTIFACT_MEBIBYTES)
    return { startMs, idleMb, loadedMb: server.residentBytes() / 1e6, work, transfer }
  } finally {
    await server.stop()
    rmSync(folder, { recursive: true })
  }
}

/** On a database as the servers have it, made by one of them. */
async function references(): Promise<References> {
  const folder = mkdtempSync(join(tmpdir(), 'headrace-tracking-'))
  const plan = headraceTracking(undefined, 25_093, folder)
  const server = new Server(plan)
  try {
    await server.answers()
    await prepareTracking(`http://127.0.0.1:${plan.port}`, RUNS)
  } finally {
    await server.stop()
  }
  const file = join(folder, 'mlflow.db')
  const commitsOfEight = durableLoop(file, TOGETHER, SECONDS).commitsPerSecond
  const commitsOfBatch = durableLoop(file, BATCH, SECONDS).commitsPerSecond
  const diskMbPerSecond = diskSpeed(join(folder, 'transfer.bin'), ARTIFACT_MEBIBYTES)
  rmSync(folder, { recursive: true })
  return { commitsOfEight, commitsOfBatch, diskMbPerSecond }
}

function summary(rounds: readonly Round[]): Readonly<Record<string, number>> {
  const middle = (of: (round: Round) => number) => Number(median(rounds.map(of)).toPrecision(4))
  const rates = Object.keys(rounds[0]?.work ?? {}).map((name) => [
    `${name}, a second`,
    middle(({ work }) => work[name]?.perSecond ?? Number.NaN),
  ])
  return {
    'start, ms': middle(({ startMs }) => startMs),
    'resident at first, MB': middle(({ idleMb }) => idleMb),
    'resident after all, MB': middle(({ loadedMb }) => loadedMb),
    ...Object.fromEntries(rates),
    'artifact up, MB/s': middle(({ transfer }) => transfer.upMbPerSecond),
    'artifact down, MB/s': middle(({ transfer }) => transfer.downMbPerSecond),
  }
}

console.log(machine())
const install = installed()
pinThisProcess(LOAD_CPUS)
const plans = {
  headrace: (folder: string) => headraceTracking(install, 25_091, folder),
  mlflow: (folder: string) => mlflowTracking(25_092, folder),
}
const rounds: Record<keyof typeof plans, Round[]> = { headrace: [], mlflow: [] }
const raw: References[] = []
for (let round = 0; round < ROUNDS; round += 1) {
  const names = ['headrace', 'mlflow'] as const
  for (const name of round % 2 === 0 ? names : names.toReversed())
    rounds[name].push(await measure(plans[name]))
  raw.push(await references())
}
const results = { headrace: summary(rounds.headrace), mlflow: summary(rounds.mlflow) }
console.table(results)
console.table(raw)
if (KEPT) keep('tracking', { summary: results, references: raw, rounds })
