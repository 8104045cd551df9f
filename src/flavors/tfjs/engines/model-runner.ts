import { setImmediate } from 'node:timers/promises'
import { messageOf } from '../../../core/errors.ts'
import type { TensorMap } from '../../../core/tensor.ts'
import type { Backend } from './backend.ts'
import type { Executable } from './executable.ts'
import { MissingKernel } from './missing-kernel.ts'
import type { TfTensor } from './tensorflow.ts'
import { fromTf, toTf } from './tf-tensors.ts'

const NO_KERNEL = /Kernel '(\w+)' not registered for backend '(\w+)'/

/** Runs a loaded model, and leaves no tensor behind. All calls are made in a turn of the backend. */
export class ModelRunner {
  readonly #backend: Backend
  readonly #executable: Executable

  constructor(backend: Backend, executable: Executable) {
    this.#backend = backend
    this.#executable = executable
  }

  /** @throws MissingKernel, EngineBroken, and whatever TF.js throws for inputs that the model does not take. */
  async run(inputs: TensorMap): Promise<TensorMap> {
    const engine = this.#backend.tf.engine()
    engine.startScope('run')
    const made = engine.state.activeScope.track
    try {
      const { inputs: declared } = this.#executable
      const tensors = declared.map(({ name }) => toTf(this.#backend.tf, inputs.get(name)!))
      return this.#read(await this.#executable.run(tensors))
    } catch (error) {
      // Nodes of the graph that wait for values beside the one that failed go on until they have them.
      await setImmediate()
      disposeAll(made)
      throw this.#missingKernelOr(error)
    } finally {
      engine.endScope()
    }
  }

  /** The most memory that tensors take while `inputs` are run, beyond the weights; what `run` throws is thrown. */
  async peakBytes(inputs: TensorMap): Promise<number> {
    const { tf } = this.#backend
    const before = tf.memory().numBytes
    try {
      const { peakBytes } = await tf.profile(async () => {
        await this.run(inputs)
        return []
      })
      return Number.isFinite(peakBytes) ? Math.max(0, peakBytes - before) : 0
    } finally {
      // Left on by a failure (4.22).
      tf.engine().state.profiling = false
    }
  }

  #read(results: readonly TfTensor[]): TensorMap {
    const { outputs } = this.#executable
    const { copiesData } = this.#backend
    return new Map(
      outputs.map(({ name, datatype }, index) => [name, fromTf(results[index]!, datatype, copiesData)]),
    )
  }

  #missingKernelOr(error: unknown): unknown {
    const kernel = NO_KERNEL.exec(messageOf(error))?.[1]
    return kernel === undefined ? error : new MissingKernel(kernel, this.#backend.name, error)
  }
}

/** With those that TF.js keeps for the rest of a run that does not come. */
function disposeAll(tensors: readonly TfTensor[]): void {
  for (const tensor of [...tensors]) tensor.dispose()
}
