import type { ModelArtifacts } from '../artifacts/model-artifacts.ts'
import { examineModel, type Findings, NOTHING_FOUND } from './examine-model.ts'
import type { Executable } from './executable.ts'
import { loadGraph } from './graph-executable.ts'
import { loadLayers } from './layers-executable.ts'
import { ModelRunner } from './model-runner.ts'
import { startBackend } from './start-backend.ts'
import { TensorflowPredictor } from './tensorflow-predictor.ts'
import type { OpenTfjsOptions, TfjsBackend, TfjsMemory, TfjsPredictor } from './tfjs-predictor.ts'

export type { OpenTfjsOptions, TfjsBackend, TfjsMemory, TfjsPredictor }

/**
 * Opens a model in TF.js, in the calling thread. Models of several backends there take turns.
 * @throws MissingKernel where the backend cannot run the model; ServingError INVALID_PARAMETER_VALUE where the model
 *   is broken, or the package of the backend is not there.
 */
export async function openTfjs(
  artifacts: ModelArtifacts,
  backend: TfjsBackend,
  options: OpenTfjsOptions = {},
): Promise<TfjsPredictor> {
  const started = await startBackend(backend)
  return await started.exclusively(async () => {
    const load = artifacts.format === 'layers-model' ? loadLayers : loadGraph
    const executable = await load(started.tf, artifacts)
    try {
      const runner = new ModelRunner(started, executable)
      const findings =
        options.unexamined === true ? NOTHING_FOUND : await examine(executable, runner, options)
      return new TensorflowPredictor({ backend: started, executable, runner, findings })
    } catch (error) {
      executable.dispose()
      throw error
    }
  })
}

function examine(
  { inputs, mayMixRows }: Executable,
  runner: ModelRunner,
  options: OpenTfjsOptions,
): Promise<Findings> {
  return examineModel({ inputs, runner, rowsIndependent: mayMixRows ? false : options.rowsIndependent })
}
