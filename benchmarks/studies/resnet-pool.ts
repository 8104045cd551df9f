/**
 * How much of onnxruntime's own rate is left when a network of some 50 ms a row runs in the worker pool, behind the
 * batcher, without HTTP? ResNet-18-shaped, against a bare loop on as many threads; each in a process of its own every
 * round, both on CPUs 0-2. Target: 0.95. With `--quick`, once and shortly.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { measuredRun } from '../lib/measured-run.ts'
import { ROOT, SERVER_CPUS } from '../lib/peers.ts'
import { KEPT, QUICK } from '../lib/quick.ts'
import { keep, machine, median } from '../lib/report.ts'
import type { EnginePlan, EngineResult } from '../peers/engine/loop.ts'
import type { PooledRowsPlan, PooledRowsResult } from '../peers/pooled-rows-loop.ts'
import { makeNetwork, RESNET_18 } from '../workloads/networks.ts'

const THREADS = 3
/** A few for each worker, as a server that is busy has them. */
const CALLERS = 4 * THREADS
const ROUNDS = QUICK ? 1 : 5
const SECONDS = QUICK ? 2 : 8

const folder = mkdtempSync(join(tmpdir(), 'headrace-networks-'))
const model = makeNetwork(folder, RESNET_18)

/** @returns the last line that the program printed. */
async function printed(program: string, plan: object): Promise<string> {
  const path = join(ROOT, 'benchmarks/peers', program)
  const command = ['taskset', '-c', SERVER_CPUS, process.execPath, path, JSON.stringify(plan)]
  const env = { ORT_DISABLE_TELEMETRY: '1', BENCH_SECONDS: `${SECONDS}` }
  const { output } = await measuredRun({ name: program, command, env })
  return output.trim().split('\n').at(-1) ?? ''
}

async function raw(): Promise<number> {
  const shape = [1, ...RESNET_18.inputShape]
  const dataFile = join(folder, 'row')
  const elements = shape.reduce((product, size) => product * size, 1)
  writeFileSync(
    dataFile,
    Float32Array.from({ length: elements }, (_, index) => (index % 97) / 97),
  )
  const plan: EnginePlan = {
    model: join(model, 'model.onnx'),
    ...{ datatype: 'FP32', shape, dataFile, threads: THREADS, stays: false },
  }
  return (JSON.parse(await printed('engine/loop.ts', plan)) as EngineResult).runsPerSecond
}

async function pooled(): Promise<PooledRowsResult> {
  const plan: PooledRowsPlan = { model, workers: THREADS, callers: CALLERS, seconds: SECONDS }
  return JSON.parse(await printed('pooled-rows-loop.ts', plan)) as PooledRowsResult
}

const raws: number[] = []
const pools: PooledRowsResult[] = []
try {
  for (let round = 0; round < ROUNDS; round += 1) {
    if (round % 2 === 0) raws.push(await raw())
    pools.push(await pooled())
    if (round % 2 === 1) raws.push(await raw())
  }
} finally {
  rmSync(folder, { recursive: true })
}

const rawRate = median(raws)
const pooledRate = median(pools.map(({ rowsPerSecond }) => rowsPerSecond))
console.log(machine())
console.table([
  { name: `onnxruntime, ${THREADS} threads`, 'rows/s': rawRate.toFixed(1) },
  { name: `headrace pool of ${THREADS}`, 'rows/s': pooledRate.toFixed(1) },
])
console.log(
  `pool / onnxruntime ${(pooledRate / rawRate).toFixed(3)}; batching ${pools.at(-1)?.batching}, on average ${pools.at(-1)?.meanBatchRows.toFixed(1)}`,
)
if (KEPT) {
  keep('resnet-pool', {
    threads: THREADS,
    callers: CALLERS,
    ofRaw: pooledRate / rawRate,
    rounds: { raws, pools },
  })
}
