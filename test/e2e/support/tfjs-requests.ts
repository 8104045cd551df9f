/** A worker thread that sends a model many requests in TF.js and reports what TF.js holds before and after them. */
import { parentPort, workerData } from 'node:worker_threads'
import type { Tensor } from '../../../src/core/tensor.ts'
import type { TfjsBackend, TfjsMemory } from '../../../src/flavors/tfjs/engines/open-tfjs.ts'
import { collectGarbage } from '../../../src/runtime/pool/collect-garbage.ts'
import { enginesOf } from './tfjs-engines.ts'

export interface RequestsJob {
  /** Folder with the `src/` whose engine is tried. */
  readonly project: string
  readonly model: string
  readonly backend: TfjsBackend
  readonly requests: number
  /** What is sent; every tenth request has an input of no such shape. */
  readonly inputs: readonly (readonly [string, Tensor])[]
}

export interface RequestsReport {
  readonly before: TfjsMemory
  readonly after: TfjsMemory
  readonly refused: number
  /** Of the process, in bytes, after a tenth of the requests and after all. */
  readonly residentEarly: number
  readonly residentLate: number
}

async function run(job: RequestsJob): Promise<RequestsReport> {
  const { readArtifacts, openTfjs } = await enginesOf(job.project)
  const predictor = await openTfjs(await readArtifacts(job.model, 'model.json'), job.backend)
  const good = new Map(job.inputs)
  const bad = new Map(job.inputs).set(job.inputs[0]![0], {
    datatype: 'FP32',
    shape: [0],
    data: new Float32Array(),
  })
  await predictor.predict(good)
  const before = predictor.memory()
  let refused = 0
  let residentEarly = 0
  for (let request = 1; request <= job.requests; request += 1) {
    const answer = predictor.predict(request % 10 === 0 ? bad : good)
    await answer.catch(() => {
      refused += 1
    })
    if (request === job.requests / 10) residentEarly = residentWithoutGarbage()
  }
  const report = { before, after: predictor.memory(), refused, residentEarly }
  await predictor.close()
  return { ...report, residentLate: residentWithoutGarbage() }
}

/** What waits to be collected is not kept. */
function residentWithoutGarbage(): number {
  collectGarbage('last-resort')
  return process.memoryUsage.rss()
}

parentPort?.postMessage(await run(workerData as RequestsJob))
