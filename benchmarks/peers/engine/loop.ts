/**
 * What onnxruntime-node gives at most: a session of one thread in each worker thread, which runs the same request over
 * and over again, and nothing else. Argument: an `EnginePlan` as JSON. Runs for BENCH_SECONDS (5), and prints an
 * `EngineResult` as its last line.
 */
import { readFileSync } from 'node:fs'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import * as ort from 'onnxruntime-node'
import type { WorkloadDatatype } from '../../workloads/workload.ts'

export interface EnginePlan {
  /** An ONNX file with one input. */
  readonly model: string
  readonly datatype: WorkloadDatatype
  /** With rows. */
  readonly shape: readonly number[]
  /** Its elements, little-endian. */
  readonly dataFile: string
  readonly threads: number
  /** It waits to be ended when it has printed: until then its memory and processor time can be read. */
  readonly stays: boolean
}

export interface EngineResult {
  /** Of all threads together. */
  readonly runsPerSecond: number
  readonly runs: number
  /** Of the thread that took longest. */
  readonly seconds: number
}

const WARM_UP_RUNS = 3
const SECONDS = Number(process.env['BENCH_SECONDS'] ?? 5)

function tensor({ datatype, shape, dataFile }: EnginePlan): ort.Tensor {
  const { buffer } = new Uint8Array(readFileSync(dataFile))
  return datatype === 'FP64'
    ? new ort.Tensor('float64', new Float64Array(buffer), shape)
    : new ort.Tensor('float32', new Float32Array(buffer), shape)
}

async function loop(plan: EnginePlan): Promise<EngineResult> {
  const session = await ort.InferenceSession.create(plan.model, {
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    extra: { session: { intra_op: { allow_spinning: '0' } } },
  })
  const feeds = { [session.inputNames[0] ?? '']: tensor(plan) }
  for (let run = 0; run < WARM_UP_RUNS; run += 1) await session.run(feeds)
  parentPort?.postMessage('warm')
  await new Promise((resolve) => parentPort?.once('message', resolve))
  const start = performance.now()
  let runs = 0
  while (performance.now() - start < SECONDS * 1000) {
    await session.run(feeds)
    runs += 1
  }
  const seconds = (performance.now() - start) / 1000
  return { runsPerSecond: runs / seconds, runs, seconds }
}

function next<Message>(worker: Worker): Promise<Message> {
  return new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject))
}

/** All threads begin together: one that still loads would leave its core to the others. */
async function all(plan: EnginePlan): Promise<EngineResult> {
  const workers = Array.from(
    { length: plan.threads },
    () => new Worker(new URL(import.meta.url), { workerData: plan }),
  )
  await Promise.all(workers.map((worker) => next(worker)))
  const results = workers.map((worker) => next<EngineResult>(worker))
  if (plan.stays) console.log('begin')
  for (const worker of workers) worker.postMessage('go')
  return (await Promise.all(results)).reduce((sum, one) => ({
    runsPerSecond: sum.runsPerSecond + one.runsPerSecond,
    runs: sum.runs + one.runs,
    seconds: Math.max(sum.seconds, one.seconds),
  }))
}

const plan = (isMainThread ? JSON.parse(process.argv[2] ?? '') : workerData) as EnginePlan
if (isMainThread) console.log(JSON.stringify(await all(plan)))
else parentPort?.postMessage(await loop(plan))
if (plan.stays) setInterval(() => undefined, 60_000)
else process.exit(0)
