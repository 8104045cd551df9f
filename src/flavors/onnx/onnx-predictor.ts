import type { Tensor as OrtTensor } from 'onnxruntime-node'
import {
  cancelled,
  deadlineExceeded,
  evaluationFailed,
  internalError,
  messageOf,
  unavailable,
} from '../../core/errors.ts'
import type { OutputMetadata, PredictOptions, Predictor, TensorMetadata } from '../../core/predictor.ts'
import type { Tensor, TensorMap } from '../../core/tensor.ts'
import { checkInputs } from '../input-check.ts'
import { wantedOutputs } from '../wanted-outputs.ts'
import type { Session } from './engine.ts'
import { fromOrtTensor, toOrtTensor } from './ort-tensor.ts'
import type { SessionMetadata } from './session-metadata.ts'

type Results = Readonly<Record<string, OrtTensor>>

/**
 * One onnxruntime session in the calling thread. A run is made within the call of `predict` and blocks the thread
 * until it ends, so that there is never more than one, nor one under way when `close` is called.
 */
export class OnnxPredictor implements Predictor {
  readonly inputs: readonly TensorMetadata[]
  readonly outputs: readonly OutputMetadata[]
  readonly maxBatchRows: number
  readonly maxConcurrency = 1
  readonly batchable: boolean
  readonly #session: Session
  readonly #allOutputs: Readonly<Record<string, null>>
  #closed = false

  constructor(session: Session, metadata: SessionMetadata) {
    this.#session = session
    this.inputs = metadata.inputs
    this.outputs = metadata.outputs
    this.batchable = metadata.batchable
    this.maxBatchRows = metadata.maxBatchRows
    this.#allOutputs = fetchesOf(metadata.outputs)
  }

  async predict(inputs: TensorMap, options: PredictOptions = {}): Promise<TensorMap> {
    if (this.#closed) throw unavailable('The model is being unloaded.')
    if (options.signal?.aborted) throw cancelled('The request was taken back before its run.')
    const start = performance.now()
    if (options.deadline !== undefined && start > options.deadline) {
      throw deadlineExceeded('The request was late before its run.')
    }
    checkInputs(this.inputs, inputs)
    const wanted = wantedOutputs(this.outputs, options.outputs)
    const fetches = wanted === this.outputs ? this.#allOutputs : fetchesOf(wanted)
    const outputs = collect(wanted, this.#run(inputs, fetches))
    if (options.timing !== undefined) options.timing.compute = performance.now() - start
    return outputs
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    this.#session.dispose()
  }

  #run(inputs: TensorMap, fetches: Readonly<Record<string, null>>): Results {
    const feeds: Record<string, OrtTensor> = {}
    for (const [name, tensor] of inputs) feeds[name] = toOrtTensor(tensor)
    try {
      return this.#session.run(feeds, fetches, {})
    } catch (error) {
      throw evaluationFailed(messageOf(error), error)
    }
  }
}

/** What onnxruntime is asked for: null means that it allots the memory. */
function fetchesOf(outputs: readonly OutputMetadata[]): Readonly<Record<string, null>> {
  return Object.fromEntries(outputs.map(({ name }) => [name, null]))
}

function collect(wanted: readonly OutputMetadata[], results: Results): Map<string, Tensor> {
  const outputs = new Map<string, Tensor>()
  for (const { name, datatype, classLabels } of wanted) {
    const result = results[name]
    if (result === undefined) throw internalError(`The engine gave no output '${name}'.`)
    const tensor = fromOrtTensor(result, datatype)
    outputs.set(name, classLabels === undefined ? tensor : asMatrix(tensor, classLabels.length))
  }
  return outputs
}

/** What ZipMap would do with its input: one dimension is one row, and each column has a label. */
function asMatrix(tensor: Tensor, columns: number): Tensor {
  const shape = tensor.shape.length === 1 ? [1, ...tensor.shape] : tensor.shape
  if (shape.length === 2 && shape[1] === columns) return { ...tensor, shape }
  throw evaluationFailed(
    `The model gave a matrix of shape (${shape.join(', ')}) for ${columns} class labels.`,
  )
}
