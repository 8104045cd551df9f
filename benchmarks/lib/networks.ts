import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { seededRandom } from '../../src/core/seeded-random.ts'
import { OnnxGraph } from '../../src/flavors/tfjs/compile/onnx/onnx-graph.ts'

/** A network with seeded weights: only its sizes count here, not what it says. */
export interface Network {
  readonly name: string
  /** Of one row. */
  readonly inputShape: readonly number[]
  readonly classes: number
  build(layers: Layers): string
}

/** 1.8 billion multiplications a row: some 20 to 50 ms on one core, nearly all of it inside the engine. */
export const RESNET_18: Network = {
  name: 'resnet-18',
  inputShape: [3, 224, 224],
  classes: 1000,
  build(layers) {
    let x = layers.pool(layers.relu(layers.convolution(layers.input, 64, { size: 7, stride: 2 })))
    for (const [stage, channels] of [64, 128, 256, 512].entries()) {
      x = layers.residual(x, channels, stage === 0 ? 1 : 2)
      x = layers.residual(x, channels, 1)
    }
    return layers.classify(x)
  },
}

/** 77 million multiplications a row, which is 1 to 3 ms on one core: short, and too long to run inline. */
export const SMALL_CONVOLUTION: Network = {
  name: 'small-convolution',
  inputShape: [1, 16, 16],
  classes: 10,
  build(layers) {
    let x = layers.relu(layers.convolution(layers.input, 64))
    for (let layer = 0; layer < 8; layer += 1) x = layers.relu(layers.convolution(x, 64))
    return layers.classify(x)
  },
}

/** Takes an image and gives three means: next to nothing but the way of the image to the engine. */
export const IMAGE_MEANS: Network = {
  name: 'image-means',
  inputShape: [3, 224, 224],
  classes: 3,
  build: (layers) => layers.means(layers.input),
}

/** Writes a network as a model folder with a signature. @returns the folder. */
export function makeNetwork(parent: string, network: Network): string {
  const folder = join(parent, network.name)
  mkdirSync(folder, { recursive: true })
  const { name, inputShape, classes } = network
  const graph = new OnnxGraph(['x', 'scores'])
  graph.input('x', 'float32', [null, ...inputShape])
  graph.rename(network.build(new Layers(graph, network)), 'scores')
  graph.output('scores', 'float32', [null, classes])
  writeFileSync(join(folder, 'model.onnx'), Buffer.concat(graph.finish({ name, version: '1' })))
  writeFileSync(join(folder, 'MLmodel'), mlModel(inputShape))
  return folder
}

/** A request of so many rows of random numbers. */
export function rowsBody({ inputShape }: Network, rows = 1): string {
  const random = seededRandom(rows)
  const nested = ([size = 0, ...rest]: readonly number[]): unknown[] =>
    Array.from({ length: size }, () => (rest.length === 0 ? Number(random().toFixed(4)) : nested(rest)))
  return JSON.stringify({ inputs: nested([rows, ...inputShape]) })
}

/** As MLflow writes it, as far as `mlflow models serve` reads it. */
function mlModel(inputShape: readonly number[]): string {
  const spec = { dtype: 'float32', shape: [-1, ...inputShape] }
  return `flavors:
  onnx:
    data: model.onnx
    onnx_version: 1.23.2
    providers: [CPUExecutionProvider]
  python_function:
    data: model.onnx
    env: {}
    loader_module: mlflow.onnx
    python_version: 3.11.7
mlflow_version: 3.17.2
signature:
  inputs: '${JSON.stringify([{ name: 'x', type: 'tensor', 'tensor-spec': spec }])}'
`
}

interface Kernel {
  readonly size: number
  readonly stride: number
}

/** The layers that networks are made of, with weights of about the size that keeps numbers in range. */
class Layers {
  readonly input = 'x'
  readonly #graph: OnnxGraph
  readonly #classes: number
  readonly #random = seededRandom(18)
  readonly #channels = new Map<string, number>()

  constructor(graph: OnnxGraph, { inputShape, classes }: Network) {
    this.#graph = graph
    this.#classes = classes
    this.#channels.set(this.input, inputShape[0] ?? 0)
  }

  convolution(x: string, channels: number, { size, stride }: Kernel = { size: 3, stride: 1 }): string {
    const weights = this.#weights([channels, this.#channelsOf(x), size, size])
    const bias = this.#weights([channels])
    const pad = size >> 1
    const attributes = {
      kernel_shape: [size, size],
      strides: [stride, stride],
      pads: [pad, pad, pad, pad],
    }
    return this.#named(this.#graph.node('Conv', [x, weights, bias], attributes), channels)
  }

  relu(x: string): string {
    return this.#named(this.#graph.node('Relu', [x]), this.#channelsOf(x))
  }

  pool(x: string): string {
    const attributes = { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] }
    return this.#named(this.#graph.node('MaxPool', [x], attributes), this.#channelsOf(x))
  }

  /** Two convolutions and a way past them. */
  residual(x: string, channels: number, stride: number): string {
    const isSame = stride === 1 && this.#channelsOf(x) === channels
    const past = isSame ? x : this.convolution(x, channels, { size: 1, stride })
    const first = this.relu(this.convolution(x, channels, { size: 3, stride }))
    const sum = this.#graph.node('Add', [this.convolution(first, channels), past])
    return this.relu(this.#named(sum, channels))
  }

  /** The mean of each channel. */
  means(x: string): string {
    return this.#graph.node('Flatten', [this.#graph.node('GlobalAveragePool', [x])])
  }

  classify(x: string): string {
    const flat = this.means(x)
    const weights = this.#weights([this.#classes, this.#channelsOf(x)])
    const logits = this.#graph.node('Gemm', [flat, weights, this.#weights([this.#classes])], { transB: 1 })
    return this.#graph.node('Softmax', [logits], { axis: 1 })
  }

  #weights(shape: readonly number[]): string {
    const fanIn = shape.slice(1).reduce((product, size) => product * size, 1)
    const bound = shape.length === 1 ? 0.01 : Math.sqrt(6 / fanIn)
    const data = new Float32Array(shape.reduce((product, size) => product * size, 1))
    for (let index = 0; index < data.length; index += 1) data[index] = (this.#random() * 2 - 1) * bound
    return this.#graph.constant({ type: 'float32', shape, data })
  }

  #channelsOf(x: string): number {
    return this.#channels.get(x) ?? 0
  }

  #named(x: string, channels: number): string {
    this.#channels.set(x, channels)
    return x
  }
}
