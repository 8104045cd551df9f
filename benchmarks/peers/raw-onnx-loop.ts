/**
 * What onnxruntime-node gives at most: a session of one thread in each worker thread, which runs one batch that lies
 * in memory over and over and takes all outputs. Arguments: model folder, CSV file, threads, rows of a batch, seconds.
 */
import { openSync, readSync } from 'node:fs'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import * as ort from 'onnxruntime-node'
import { readOnnxFile } from '../../src/flavors/onnx/onnx-file.ts'
import { readMlModel } from '../../src/flavors/read-mlmodel.ts'

interface Plan {
  readonly model: string
  readonly csv: string
  readonly batchRows: number
  readonly seconds: number
}

/** The numbers of the first rows of a CSV file, and how many columns they have. */
function firstRows({ csv, batchRows }: Plan): { readonly data: Float32Array; readonly width: number } {
  const head = Buffer.alloc(4 * 1024 * 1024)
  const text = head.toString('latin1', 0, readSync(openSync(csv, 'r'), head))
  const rows = text
    .split('\n')
    .slice(1, batchRows + 1)
    .map((line) => line.split(',').map(Number))
  return { data: Float32Array.from(rows.flat()), width: rows[0]?.length ?? 0 }
}

async function loop(plan: Plan): Promise<number> {
  const file = await readOnnxFile(await readMlModel(plan.model))
  const session = await ort.InferenceSession.create(Buffer.from(file.rewritten ?? []), {
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
  })
  const { data, width } = firstRows(plan)
  const feeds = { [session.inputNames[0] ?? '']: new ort.Tensor('float32', data, [plan.batchRows, width]) }
  for (let run = 0; run < 20; run++) await session.run(feeds)
  const end = performance.now() + plan.seconds * 1000
  const start = performance.now()
  let rows = 0
  while (performance.now() < end) {
    await session.run(feeds)
    rows += plan.batchRows
  }
  return (rows / (performance.now() - start)) * 1000
}

if (isMainThread) {
  const [model = '', csv = '', threads = '4', batchRows = '2000', seconds = '5'] = process.argv.slice(2)
  const plan: Plan = { model, csv, batchRows: Number(batchRows), seconds: Number(seconds) }
  const rates = await Promise.all(
    Array.from({ length: Number(threads) }, () => {
      const worker = new Worker(new URL(import.meta.url), { workerData: plan })
      return new Promise<number>((resolve, reject) => worker.once('message', resolve).once('error', reject))
    }),
  )
  console.log(rates.reduce((sum, rate) => sum + rate, 0))
} else {
  parentPort?.postMessage(await loop(workerData as Plan))
}
