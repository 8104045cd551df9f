/**
 * What does a run in a worker thread cost the thread that asks for it? A pool driven directly, without HTTP: a tiny
 * model, batches of 1, 4 and 16 rows of 4 floats, 8 runs in flight. The processor time of the asking thread is the
 * figure to go by; runs a second depend on what else the machine does.
 */
import type { Tensor, TensorMap } from '../../src/core/tensor.ts'
import { WorkerPool } from '../../src/runtime/pool/worker-pool.ts'
import { WorkerThreads } from '../../src/runtime/pool/worker-threads.ts'
import { prepareModel } from '../../src/runtime/prepare-model.ts'
import { machine, median } from '../lib/report.ts'

const IN_FLIGHT = 8
const RUNS = 20_000
const ROUNDS = 5
const COLUMNS = 4

const mlmodel = await prepareModel(new URL('../models/tiny', import.meta.url).pathname)

interface Figures {
  readonly runsPerSecond: number
  readonly askingThreadUs: number
}

function batch(name: string, rows: number): TensorMap {
  const data = Float32Array.from({ length: rows * COLUMNS }, (_, index) => index / 10)
  return new Map<string, Tensor>([[name, { datatype: 'FP32', shape: [rows, COLUMNS], data }]])
}

async function measure(pool: WorkerPool, inputs: TensorMap): Promise<Figures> {
  let left = RUNS
  const ask = async (): Promise<void> => {
    while (left-- > 0) await pool.predict(inputs)
  }
  const [begun, cpu] = [performance.now(), process.threadCpuUsage()]
  await Promise.all(Array.from({ length: IN_FLIGHT }, ask))
  const { user, system } = process.threadCpuUsage(cpu)
  return {
    runsPerSecond: (RUNS / (performance.now() - begun)) * 1000,
    askingThreadUs: (user + system) / RUNS,
  }
}

console.log(machine())
const table: object[] = []
for (const workers of [1, 2]) {
  const threads = new WorkerThreads({ maxThreads: workers })
  const pool = await WorkerPool.open(threads, { mlmodel, intraOpThreads: 1 }, workers)
  for (const rows of [1, 4, 16]) {
    const inputs = batch(pool.inputs[0]!.name, rows)
    await measure(pool, inputs)
    const rounds: Figures[] = []
    for (let round = 0; round < ROUNDS; round += 1) rounds.push(await measure(pool, inputs))
    table.push({
      workers,
      rows,
      'runs a second': Math.round(median(rounds.map(({ runsPerSecond }) => runsPerSecond))),
      'us of the asking thread': Number(median(rounds.map((round) => round.askingThreadUs)).toFixed(1)),
    })
  }
  await pool.close()
}
console.table(table)
