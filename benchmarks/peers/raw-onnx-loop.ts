/**
 * What onnxruntime-node gives at most: a session of one thread in each worker thread, which runs batches that lie in
 * memory, one after the other and over again, and takes all outputs. There are many of them, since a processor learns
 * the ways of the same few rows through the trees. Arguments: model folder, CSV file, threads, rows of a batch, seconds.
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

const HEAD_BYTES = 16 * 1024 * 1024

/** The first rows of a CSV file in batches. */
function batchesOf({ csv, batchRows }: Plan): readonly ort.Tensor[] {
  const head = Buffer.alloc(HEAD_BYTES)
  const text = head.toString('latin1', 0, readSync(openSync(csv, 'r'), head))
  const rows = text
    .split('\n')
    .slice(1, -1)
    .map((line) => Float32Array.from(line.split(','), Number))
  const width = rows[0]?.length ?? 0
  return Array.from({ length: Math.floor(rows.length / batchRows) }, (_, batch) => {
    const data = new Float32Array(batchRows * width)
    for (let row = 0; row < batchRows; row++) data.set(rows[batch * batchRows + row] ?? [], row * width)
    return new ort.Tensor('float32', data, [batchRows, width])
  })
}

async function loop(plan: Plan): Promise<number> {
  const file = await readOnnxFile(await readMlModel(plan.model))
  const session = await ort.InferenceSession.create(Buffer.from(file.rewritten ?? []), {
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
  })
  const name = session.inputNames[0] ?? ''
  const feeds = batchesOf(plan).map((batch) => ({ [name]: batch }))
  for (const feed of feeds) await session.run(feed)
  const end = performance.now() + plan.seconds * 1000
  const start = performance.now()
  let rows = 0
  for (let run = 0; performance.now() < end; run++) {
    await session.run(feeds[run % feeds.length] ?? {})
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
