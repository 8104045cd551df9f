import type { LayersModel, SymbolicTensor } from '@tensorflow/tfjs-layers'
import { invalidModel, messageOf, ServingError } from '../../../core/errors.ts'
import type { OutputMetadata, TensorMetadata } from '../../../core/predictor.ts'
import { distinctNames } from '../artifacts/distinct-names.ts'
import type { ModelArtifacts } from '../artifacts/model-artifacts.ts'
import { checkResultSizes } from './check-result-sizes.ts'
import type { Executable } from './executable.ts'
import { inMemory } from './load-artifacts.ts'
import type { Tensorflow, TfTensor } from './tensorflow.ts'
import { datatypeOfTf } from './tf-tensors.ts'
import { untrainedTopology } from './untrained-topology.ts'

/** @throws ServingError INVALID_PARAMETER_VALUE */
export async function loadLayers(tf: Tensorflow, artifacts: ModelArtifacts): Promise<Executable> {
  const topology = untrainedTopology(artifacts.topology)
  try {
    const model = await tf.loadLayersModel(inMemory({ ...artifacts, topology }), { strict: true })
    checkResultSizes(model)
    return new LayersExecutable(model)
  } catch (error) {
    if (error instanceof ServingError) throw error
    throw invalidModel(`TF.js cannot load the model: ${reasonOf(messageOf(error))}`, { cause: error })
  }
}

/** A model of layers. States that its layers keep from run to run (`stateful`) are forgotten: requests are not a sequence. */
class LayersExecutable implements Executable {
  readonly inputs: readonly TensorMetadata[]
  readonly outputs: readonly OutputMetadata[]
  readonly mayMixRows = false
  readonly #model: LayersModel
  readonly #fixesRows: boolean

  constructor(model: LayersModel) {
    // A sequential model has no names before its first run.
    if (model.inputNames.length === 0) model.build(model.inputs[0]!.shape)
    this.#model = model
    const { inputs, outputs } = model
    // States are of so many rows; nothing else looks at the number that an author fixed, as `predict` does not.
    const fixed = model.stateful
    this.#fixesRows = inputs.some(({ shape: [rows] }) => typeof rows === 'number')
    this.inputs = metadataOf(model.inputNames, inputs, fixed)
    this.outputs = metadataOf(distinctNames(model.outputNames), outputs, fixed)
  }

  run(inputs: readonly TfTensor[]): readonly TfTensor[] {
    if (this.#model.stateful) this.#model.resetStates()
    const given = inputs.length === 1 ? inputs[0]! : [...inputs]
    // `predictOnBatch` insists on the number of rows that an author fixed; `predict` does not take inputs of one dimension,
    // and would cut the rows into runs of 32.
    const outputs = this.#fixesRows
      ? this.#model.predict(given, { batchSize: inputs[0]!.shape[0]! })
      : this.#model.predictOnBatch(given)
    return Array.isArray(outputs) ? outputs : [outputs]
  }

  dispose(): void {
    this.#model.dispose()
  }
}

function metadataOf(
  names: readonly string[],
  tensors: readonly SymbolicTensor[],
  hasFixedRows: boolean,
): TensorMetadata[] {
  return tensors.map(({ shape, dtype }, index) => ({
    name: names[index]!,
    datatype: datatypeOfTf(dtype),
    shape: shape.map((size, axis) => (axis === 0 && !hasFixedRows ? -1 : (size ?? -1))),
  }))
}

/** The class that TF.js does not know is named in the first sentence of nine lines of advice on its own API. */
function reasonOf(message: string): string {
  const unknown = /^Unknown (layer|\w+): ?(\S+?)\.? This may be due to/s.exec(message)
  if (unknown === null) return message
  const [, kind, name] = unknown
  return `it has the ${kind} '${name}', which is not one of TF.js 4.22. Custom layers cannot be served.`
}
