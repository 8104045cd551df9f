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
  const folder = temporaryFolder()
  await saveEngineModel(engineModel, folder)
  return await readArtifacts(folder, 'model.json')
}

/** Writes a model with the cpu backend, which must not compute while another has its turn. */
export async function saveEngineModel(engineModel: EngineModel, folder: string): Promise<void> {
  const cpu = await startBackend('cpu')
  await cpu.exclusively(() => engineModel.save(folder))
}
