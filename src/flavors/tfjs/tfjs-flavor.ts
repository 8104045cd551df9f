import type { Predictor } from '../../core/predictor.ts'
import type {
  Flavor,
  LoadOptions,
  OnnxExport,
  PreparedFile,
  PreparedModel,
  PrepareOptions,
} from '../flavor.ts'
import type { MlModel } from '../mlmodel.ts'
import { planOf } from './prepare/tfjs-plan.ts'

/**
 * TF.js models: compiled to ONNX and run by onnxruntime where they are proved to be equal there, run by TF.js itself
 * where not.
 */
export const flavor: Flavor = { name: 'tfjs', prepare, load, exportOnnx, dataFiles, preparedFiles }

async function prepare(model: MlModel, options: PrepareOptions = {}): Promise<PreparedModel> {
  const [{ ModelPreparation }, { disableTelemetry }] = await Promise.all([
    import('./prepare/prepare-model.ts'),
    import('../onnx/engine.ts'),
  ])
  disableTelemetry()
  return await new ModelPreparation(model, options).prepare()
}

/** Imports no more than the engine needs: of a compiled model neither the compiler nor TF.js. */
async function load(model: PreparedModel, { intraOpThreads }: LoadOptions): Promise<Predictor> {
  const { directory, engine } = model
  const plan = planOf(model.plan)
  if (engine.name !== 'onnxruntime') {
    const { loadInTfjs } = await import('./prepare/load-in-tfjs.ts')
    return await loadInTfjs(directory, plan, engine.name)
  }
  const { loadCompiled } = await import('./prepare/load-compiled.ts')
  return await loadCompiled({ directory, plan, intraOpThreads })
}

async function exportOnnx(model: PreparedModel): Promise<OnnxExport> {
  const exporter = await import('./prepare/export-onnx.ts')
  return await exporter.exportOnnx(model)
}

async function dataFiles({ directory, plan }: PreparedModel): Promise<readonly string[]> {
  const { artifactFiles } = await import('./artifacts/artifact-files.ts')
  return await artifactFiles(directory, planOf(plan).dataFile)
}

async function preparedFiles(model: PreparedModel, architecture: string): Promise<readonly PreparedFile[]> {
  const { keptFiles } = await import('./prepare/kept-files.ts')
  return await keptFiles(model, architecture)
}
