/**
 * What onnxruntime-node gives at most for one row at a time: a session of one thread in each worker thread, which runs
 * the same row over and over again, and nothing else. Prints rows a second. Argument: a `RawRowsPlan` as JSON.
 */
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import * as ort from 'onnxruntime-node'

export interface RawRowsPlan {
  /** An ONNX file with one input of floats. */
  readonly model: string
  /** Of one row. */
  readonly inputShape: readonly number[]
  readonly threads: number
  readonly seconds: number
}

const WARM_UP_RUNS = 3

async function loop({ model, inputShape, seconds }: RawRowsPlan): Promise<number> {
  const session = await ort.InferenceSession.create(model, {
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    extra: { 'session.intra_op.allow_spinning': '0' },
  })
  const elements = inputShape.reduce((product, size) => product * size, 1)
  const data = Float32Array.from({ length: elements }, (_, index) => (index % 97) / 97)
  const feeds = { [session.inputNames[0] ?? '']: new ort.Tensor('float32', data, [1, ...inputShape]) }
  for (let run = 0; run < WARM_UP_RUNS; run += 1) await session.run(feeds)
  parentPort?.postMessage('warm')
  await new Promise((resolve) => parentPort?.once('message', resolve))
  const start = performance.now()
  let runs = 0
  while (performance.now() - start < seconds * 1000) {
    await session.run(feeds)
    runs += 1
  }
  return (runs / (performance.now() - start)) * 1000
}

function next<Message>(worker: Worker): Promise<Message> {
  return new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject))
}

/** All threads begin together: one that still loads would leave its core to the others. */
async function total(plan: RawRowsPlan): Promise<number> {
  const workers = Array.from(
    { length: plan.threads },
    () => new Worker(new URL(import.meta.url), { workerData: plan }),
  )
  await Promise.all(workers.map((worker) => next(worker)))
  const rates = workers.map((worker) => next<number>(worker))
  for (const worker of workers) worker.postMessage('go')
  return (await Promise.all(rates)).reduce((sum, rate) => sum + rate, 0)
}

if (isMainThread) {
  console.log(await total(JSON.parse(process.argv[2] ?? '') as RawRowsPlan))
  process.exit(0)
}
parentPort?.postMessage(await loop(workerData as RawRowsPlan))
process.exit(0)
