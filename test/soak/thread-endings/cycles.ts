/**
 * A process of its own that opens pools and closes them as soon as they have answered, over and over, several at once: each
 * thread ends while code of it may still be compiled in the background. Prints how many were closed.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { flavorFor } from '../../../src/flavors/flavor-table.ts'
import { WorkerPool } from '../../../src/runtime/pool/worker-pool.ts'
import { WorkerThreads } from '../../../src/runtime/pool/worker-threads.ts'
import { prepareModel } from '../../../src/runtime/prepare-model.ts'
import { fakeWorkerModel } from '../../runtime/fakes/fake-model.ts'
import { JSON_BODY } from '../../runtime/fakes/json-body.ts'

const { values } = parseArgs({
  options: {
    model: { type: 'string', multiple: true, default: [] },
    cycles: { type: 'string', default: '100' },
    lanes: { type: 'string', default: '2' },
  },
})

let [begun, closed] = [0, 0]

async function cycleEngine(folder: string): Promise<void> {
  const mlmodel = await prepareModel(folder)
  const predictor = await (await flavorFor(mlmodel)).load(mlmodel, { intraOpThreads: 1 })
  const pool = await WorkerPool.open(new WorkerThreads({ maxThreads: 1 }), { mlmodel, intraOpThreads: 1 }, 1)
  await pool.score(readFileSync(join(folder, 'serving_input_example.json')), JSON_BODY, {})
  await Promise.all([pool.close(), predictor.close()])
}

async function cycleFake(): Promise<void> {
  const pool = await WorkerPool.open(new WorkerThreads({ maxThreads: 1 }), fakeWorkerModel(), 1)
  await pool.score(Buffer.from('{"inputs": [1.0]}'), JSON_BODY, {})
  await pool.close()
}

async function lane(): Promise<void> {
  while (begun < Number(values.cycles)) {
    const folder = values.model[begun++ % (values.model.length + 1)]
    await (folder === undefined ? cycleFake() : cycleEngine(folder))
    closed += 1
  }
}

await Promise.all(Array.from({ length: Number(values.lanes) }, lane))
process.stdout.write(`${closed}\n`)
