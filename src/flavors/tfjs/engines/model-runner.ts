import { setImmediate } from 'node:timers/promises'
import { messageOf } from '../../../core/errors.ts'
import type { TensorMap } from '../../../core/tensor.ts'
import type { Backend } from './backend.ts'
import type { Executable } from './executable.ts'
import { MissingKernel } from './missing-kernel.ts'
import type { TfTensor } from './tensorflow.ts'
import { fromTf, toTf } from './tf-tensors.ts'

const NO_KERNEL = /Kernel '(\w+)' not registered for backend '(\w+)'/

export interface MeasuredRun {
  readonly outputs: TensorMap
  readonly peakBytes: number
}

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

  /** Runs, and tells the most memory that tensors took meanwhile, beyond the weights. Throws what `run` throws. */
  async measure(inputs: TensorMap): Promise<MeasuredRun> {
    const { state } = this.#backend.tf.engine()
    const before = state.numBytes
    let bytes = before
    let most = before
    // TF.js counts here whatever it makes and disposes of. `profile` tells as much, but leaves a rejection that nobody
    // handles where a kernel throws (4.22).
    Object.defineProperty(state, 'numBytes', {
      configurable: true,
      enumerable: true,
      get: () => bytes,
      set: (count: number) => {
        bytes = count
        most = Math.max(most, count)
      },
    })
    try {
      return { outputs: await this.run(inputs), peakBytes: most - before }
    } finally {
      Object.defineProperty(state, 'numBytes', {
        value: bytes,
        configurable: true,
        enumerable: true,
        writable: true,
      })
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
