import type { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node'
import { cancelled, deadlineExceeded, internalError, messageOf, unavailable } from '../../core/errors.ts'
import type { OutputMetadata, PredictOptions, Predictor, TensorMetadata } from '../../core/predictor.ts'
import type { Tensor, TensorMap } from '../../core/tensor.ts'
import { checkInputs, evaluationFailed } from '../input-check.ts'
import { fromOrtTensor, toOrtTensor } from './ort-tensor.ts'
import type { SessionMetadata } from './session-metadata.ts'

/**
 * One onnxruntime session in the calling thread. A run blocks that thread, in a turn of the event loop of its
 * own; calls made meanwhile run one after the other.
 */
export class OnnxPredictor implements Predictor {
  readonly inputs: readonly TensorMetadata[]
  readonly outputs: readonly OutputMetadata[]
  readonly maxBatchRows: number
  readonly maxConcurrency = 1
  readonly batchable: boolean
  readonly #session: InferenceSession
  #running = 0
  #lastRunEnd = 0
  #closing: Promise<void> | undefined
  #onIdle: (() => void) | undefined

  constructor(session: InferenceSession, metadata: SessionMetadata) {
    this.#session = session
    this.inputs = metadata.inputs
    this.outputs = metadata.outputs
    this.batchable = metadata.batchable
    this.maxBatchRows = metadata.maxBatchRows
  }

  async predict(inputs: TensorMap, options: PredictOptions = {}): Promise<TensorMap> {
    if (this.#closing !== undefined) throw unavailable('The model is being unloaded.')
    if (options.signal?.aborted) throw cancelled('The request was taken back before its run.')
    const start = performance.now()
    if (options.deadline !== undefined && start > options.deadline) {
      throw deadlineExceeded('The request was late before its run.')
    }
    checkInputs(this.inputs, inputs)
    const wanted = this.#wantedOutputs(options.outputs)
    this.#running += 1
    try {
      const results = await this.#run(inputs, wanted)
      return collect(wanted, results)
    } finally {
      this.#finishRun(start, options)
    }
  }

  close(): Promise<void> {
    this.#closing ??= this.#release()
    return this.#closing
  }

  async #run(
    inputs: TensorMap,
    wanted: readonly OutputMetadata[],
  ): Promise<InferenceSession.OnnxValueMapType> {
    try {
      const feeds: Record<string, OrtTensor> = {}
      for (const [name, tensor] of inputs) feeds[name] = toOrtTensor(tensor)
      if (wanted === this.outputs) return await this.#session.run(feeds)
      return await this.#session.run(
        feeds,
        wanted.map(({ name }) => name),
      )
    } catch (error) {
      throw evaluationFailed(messageOf(error), error)
    }
  }

  #wantedOutputs(names: readonly string[] | undefined): readonly OutputMetadata[] {
    if (names === undefined || names.length === 0) return this.outputs
    for (const name of names) {
      if (this.outputs.some((output) => output.name === name)) continue
      throw evaluationFailed(`The model has no output '${name}'.`)
    }
    return this.outputs.filter(({ name }) => names.includes(name))
  }

  /** Runs are made in the order of the calls, so this one began when it was called or when the one before ended. */
  #finishRun(called: number, { timing }: PredictOptions): void {
    const end = performance.now()
    if (timing !== undefined) timing.compute = end - Math.max(called, this.#lastRunEnd)
    this.#lastRunEnd = end
    this.#running -= 1
    if (this.#running === 0) this.#onIdle?.()
  }

  async #release(): Promise<void> {
    if (this.#running > 0) {
      await new Promise<void>((resolve) => {
        this.#onIdle = resolve
      })
    }
    await this.#session.release()
  }
}

function collect(
  wanted: readonly OutputMetadata[],
  results: InferenceSession.OnnxValueMapType,
): Map<string, Tensor> {
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
