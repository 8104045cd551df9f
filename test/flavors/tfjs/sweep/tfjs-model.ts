import '@tensorflow/tfjs-backend-cpu'
import { type GraphModel, loadGraphModel } from '@tensorflow/tfjs-converter'
import * as tf from '@tensorflow/tfjs-core'
import * as tfl from '@tensorflow/tfjs-layers'
import type { ModelArtifacts } from '../../../../src/flavors/tfjs/artifacts/model-artifacts.ts'
import type { ElementType } from '../../../../src/flavors/tfjs/compile/graph/value.ts'
import type { SweepTensor } from './sweep-model.ts'

/** Operators that TF.js runs with `executeAsync` alone. */
const DYNAMIC = /"op":"(NonMaxSuppressionV[2345]|Where)"/

/** A model in TF.js itself, on the backend that is set. */
export class TfjsModel {
  readonly inputNames: readonly string[]
  readonly outputNames: readonly string[]
  readonly #model: tfl.LayersModel | GraphModel
  /** Names that TF.js is asked for, in the order of `outputNames`. */
  readonly #wanted: string[]
  readonly #isDynamic: boolean

  private constructor(model: tfl.LayersModel | GraphModel, { topology, signature }: ModelArtifacts) {
    this.#model = model
    this.#isDynamic = DYNAMIC.test(JSON.stringify(topology))
    const isLayers = model instanceof tfl.LayersModel
    this.inputNames = isLayers ? model.inputNames : model.inputNodes
    const signed = Object.entries((signature?.['outputs'] ?? {}) as Record<string, { name: string }>)
    const isSigned = signed.length > 0
    this.outputNames = isLayers
      ? model.outputNames
      : isSigned
        ? signed.map(([key]) => key)
        : model.outputNodes
    this.#wanted = isSigned ? signed.map(([, { name }]) => name) : [...this.outputNames]
  }

  static async load(artifacts: ModelArtifacts): Promise<TfjsModel> {
    const { topology, weightSpecs, weightData, signature, format } = artifacts
    const handler: tf.io.IOHandler = {
      load: async () => ({
        modelTopology: structuredClone(topology),
        weightSpecs: weightSpecs as tf.io.WeightsManifestEntry[],
        weightData,
        ...(signature === undefined ? {} : { signature }),
        format,
      }),
    }
    const isLayers = format === 'layers-model'
    const model = isLayers ? await tfl.loadLayersModel(handler) : await loadGraphModel(handler)
    // Without weights a Sequential is left unbuilt, and does not know its names.
    if (model instanceof tfl.Sequential) model.build(model.inputs[0]!.shape)
    return new TfjsModel(model, artifacts)
  }

  /** @param inputs by name. @returns the outputs in order. */
  async run(inputs: ReadonlyMap<string, SweepTensor>): Promise<readonly SweepTensor[]> {
    const given = this.inputNames.map((name) => toTensor(inputs.get(name)!))
    const results: tf.Tensor[] = []
    try {
      results.push(...[await this.#predict(given)].flat())
      return await Promise.all(results.map(fromTensor))
    } finally {
      tf.dispose([...given, ...results])
    }
  }

  dispose(): void {
    this.#model.dispose()
  }

  #predict(given: tf.Tensor[]): tf.Tensor | tf.Tensor[] | Promise<tf.Tensor | tf.Tensor[]> {
    const model = this.#model
    if (model instanceof tfl.LayersModel) {
      return model.predict(given.length === 1 ? given[0]! : given, { batchSize: given[0]!.shape[0]! })
    }
    const named = Object.fromEntries(this.inputNames.map((name, index) => [name, given[index]!]))
    if (!this.#isDynamic) return model.execute(named, this.#wanted)
    return quietly(() => model.executeAsync(named, this.#wanted))
  }
}

/** Without the advice against `executeAsync`, which TF.js gives for NonMaxSuppressionV4 in spite of itself. */
async function quietly<T>(work: () => Promise<T>): Promise<T> {
  const { warn } = console
  console.warn = () => {}
  try {
    return await work()
  } finally {
    console.warn = warn
  }
}

function toTensor({ type, shape, data }: SweepTensor): tf.Tensor {
  const values =
    type === 'float32'
      ? Float32Array.from(data)
      : type === 'int32'
        ? Int32Array.from(data)
        : Uint8Array.from(data)
  return tf.tensor(values, [...shape], type)
}

async function fromTensor(tensor: tf.Tensor): Promise<SweepTensor> {
  return { type: tensor.dtype as ElementType, shape: tensor.shape, data: await tensor.data() }
}

const EVENTS = ['uncaughtException', 'unhandledRejection'] as const

/** Switches TF.js to a backend, without its banner and without the listeners that it adds to the process. */
export async function useBackend(name: 'cpu' | 'wasm'): Promise<void> {
  const before = EVENTS.map((event) => new Set<unknown>(process.listeners(event as 'uncaughtException')))
  if (name === 'wasm') await import('@tensorflow/tfjs-backend-wasm')
  else Object.assign(tf.findBackend('cpu'), { firstUse: false })
  if (!(await tf.setBackend(name))) throw new Error(`the ${name} backend does not start`)
  for (const [index, event] of EVENTS.entries()) {
    for (const listener of process.listeners(event as 'uncaughtException')) {
      if (!before[index]!.has(listener)) process.removeListener(event, listener)
    }
  }
}
