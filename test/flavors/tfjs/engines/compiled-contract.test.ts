import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import type { Predictor } from '../../../../src/core/predictor.ts'
import type { PreparedModel } from '../../../../src/flavors/flavor.ts'
import { readMlModel } from '../../../../src/flavors/read-mlmodel.ts'
import { flavor } from '../../../../src/flavors/tfjs/tfjs-flavor.ts'
import { describePredictor } from '../../../contract/predictor-contract.ts'
import {
  BARE_GRAPH,
  CONVOLUTION,
  type EngineModel,
  GRAPH,
  MIXING,
  TWO_BY_TWO,
  WORDS,
} from './support/engine-models.ts'
import { saveEngineModel } from './support/open-engine-model.ts'

const folders: string[] = []
const prepared = new Map<EngineModel, Promise<PreparedModel>>()

afterAll(async () => {
  for (const folder of folders) await rm(folder, { recursive: true })
})

/** As the flavor opens a model that onnxruntime runs, prepared once. */
async function open(model: EngineModel): Promise<Predictor> {
  const known = prepared.get(model) ?? prepare(model)
  prepared.set(model, known)
  return await flavor.load(await known, { intraOpThreads: 1 })
}

async function prepare(model: EngineModel): Promise<PreparedModel> {
  const folder = await mkdtemp(join(tmpdir(), 'headrace-compiled-'))
  folders.push(folder)
  const path = join(folder, 'model')
  await saveEngineModel(model, path)
  const cache = { folder: join(folder, 'cache'), maxBytes: 1e9 }
  return await flavor.prepare(await readMlModel(path), { tfjsEngine: 'onnxruntime', cache })
}

/** Those that are compiled: the others are run by TF.js alone. */
for (const model of [TWO_BY_TWO, CONVOLUTION, WORDS, GRAPH, BARE_GRAPH, MIXING]) {
  describePredictor(
    `${model.name}, compiled for onnxruntime,`,
    { open: () => open(model), inputs: model.inputs },
    model.skips,
  )
}
