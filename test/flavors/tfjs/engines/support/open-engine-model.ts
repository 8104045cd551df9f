import { setBackend } from '@tensorflow/tfjs-core'
import type { ModelArtifacts } from '../../../../../src/flavors/tfjs/artifacts/model-artifacts.ts'
import { readArtifacts } from '../../../../../src/flavors/tfjs/artifacts/read-artifacts.ts'
import { startBackend } from '../../../../../src/flavors/tfjs/engines/start-backend.ts'
import { temporaryFolder } from '../../../../fixtures/temporary-folder.ts'
import type { EngineModel } from './engine-models.ts'

const read = new Map<EngineModel, Promise<ModelArtifacts>>()

/** A model as it comes from its folder, written and read once. */
export function artifactsOf(engineModel: EngineModel): Promise<ModelArtifacts> {
  const known = read.get(engineModel) ?? write(engineModel)
  read.set(engineModel, known)
  return known
}

async function write(engineModel: EngineModel): Promise<ModelArtifacts> {
  // The backend that models are built with must not compute while another has its turn.
  const cpu = await startBackend('cpu')
  const folder = temporaryFolder()
  await cpu.exclusively(async () => {
    await setBackend('cpu')
    await engineModel.save(folder)
  })
  return await readArtifacts(folder, 'model.json')
}
