import { Worker } from 'node:worker_threads'
import { describe, expect, test } from 'vitest'
import { ROOT } from '../../e2e/support/headrace-process.ts'
import type { RequestsJob, RequestsReport } from '../../e2e/support/tfjs-requests.ts'
import { temporaryFolder } from '../../fixtures/temporary-folder.ts'
import { ENGINE_MODELS } from '../../flavors/tfjs/engines/support/engine-models.ts'
import { saveEngineModel } from '../../flavors/tfjs/engines/support/open-engine-model.ts'

const REQUESTS = 10_000
/** V8's young generation and the compiler's output grow for some time; ten thousand requests of a leak would be more. */
const GROWTH = 120e6

async function report(job: RequestsJob): Promise<RequestsReport> {
  const worker = new Worker(new URL('../../e2e/support/tfjs-requests.ts', import.meta.url), {
    workerData: job,
  })
  try {
    return await new Promise<RequestsReport>((resolve, reject) => {
      worker.once('message', resolve)
      worker.once('error', reject)
    })
  } finally {
    await worker.terminate()
  }
}

describe.each(['wasm', 'cpu'] as const)('TF.js on %s', (backend) => {
  test.each(ENGINE_MODELS)(
    'holds as many tensors after 10,000 requests, refused ones among them: $name',
    async (model) => {
      const folder = temporaryFolder()
      await saveEngineModel(model, folder)
      const inputs = [...model.inputs(2, 1)]
      const found = await report({ project: ROOT, model: folder, backend, requests: REQUESTS, inputs })
      expect(found.refused).toBe(REQUESTS / 10)
      expect(found.after.tensors).toBe(found.before.tensors)
      expect(found.residentLate - found.residentEarly).toBeLessThan(GROWTH)
    },
  )
})
