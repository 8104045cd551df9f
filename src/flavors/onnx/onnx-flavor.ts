import { join, relative, sep } from 'node:path'
import type { Predictor } from '../../core/predictor.ts'
import type { Flavor, LoadOptions, PreparedModel } from '../flavor.ts'
import type { MlModel } from '../mlmodel.ts'
import { NonemptyPredictor } from '../nonempty-predictor.ts'
import { hasUnboundedRun, isFatalWhenEmpty } from './check-model.ts'
import { disableTelemetry } from './engine.ts'
import { loadFailure } from './load-failure.ts'
import { readOnnxFile } from './onnx-file.ts'
import { OnnxPredictor } from './onnx-predictor.ts'
import { openSession } from './open-session.ts'
import { readSessionMetadata } from './session-metadata.ts'
import { sessionOptions } from './session-options.ts'

/** MLflow's `onnx` flavor, and bare `.onnx` files, run by onnxruntime on the CPU. */
export const flavor: Flavor = { name: 'onnx', prepare, load, dataFiles }

async function prepare(model: MlModel): Promise<PreparedModel> {
  disableTelemetry()
  const { summary, weightBytes } = await readOnnxFile(model)
  const traits = { unboundedRun: hasUnboundedRun(summary), weightBytes }
  return { ...model, traits, engine: { name: 'onnxruntime' } }
}

async function load(model: PreparedModel, { intraOpThreads }: LoadOptions): Promise<Predictor> {
  const file = await readOnnxFile(model)
  const options = sessionOptions(model.flavorConfig['onnx_session_options'], intraOpThreads)
  try {
    const session = await openSession(file, options)
    const predictor = new OnnxPredictor(session, readSessionMetadata(session, file))
    return isFatalWhenEmpty(file.summary) ? new NonemptyPredictor(predictor) : predictor
  } catch (error) {
    throw loadFailure(error)
  }
}

async function dataFiles(model: PreparedModel): Promise<readonly string[]> {
  const { path, directory, summary } = await readOnnxFile(model)
  const files = [path, ...summary.externalData.map(({ location }) => join(directory, location))]
  return [...new Set(files.map((file) => relative(model.directory, file).replaceAll(sep, '/')))]
}
