import { seededRandom } from '../../src/core/seeded-random.ts'
import { OnnxGraph } from '../../src/flavors/tfjs/compile/onnx/onnx-graph.ts'
import { writeModelFolder } from './model-folder.ts'

/** Names of every network's one input and one output. */
export const INPUT = 'x'
export const OUTPUT = 'scores'

/** A network with seeded weights: only its sizes count here, not what it says. */
export interface Network {
  readonly name: string
  /** Of one row. */
  readonly inputShape: readonly number[]
  readonly classes: number
  /** For a signature of double columns instead of a float32 tensor. */
  readonly columns?: readonly string[]
  /** A row takes the engine longer than half a millisecond. */
  readonly isLong?: true
  build(layers: Layers): string
}

/** 1.8 billion multiplications a row: some 20 to 50 ms on one core, nearly all of it inside the engine. */
export const RESNET_18: Network = {
  name: 'resnet-18',
  inputShape: [3, 224, 224],
  classes: 1000,
  isLong: true,
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
  isLong: true,
  build(layers) {
    let x = layers.relu(layers.convolution(layers.input, 64))
    for (let layer = 0; layer < 8; layer += 1) x = layers.relu(layers.convolution(x, 64))
    return layers.classify(x)
  },
}

/** Next to nothing to compute: what a request costs beside the model. */
export const TINY = linear('tiny', 4)

export const COLUMNS_4 = linear('columns-4', columnNames(4))

export const COLUMNS_100 = linear('columns-100', columnNames(100))

export const COLUMNS_1000 = linear('columns-1000', columnNames(1000))

/** 0.7 million multiplications a row: about 50 us on one core. */
export const MLP: Network = {
  name: 'mlp',
  inputShape: [784],
  classes: 10,
  build(layers) {
    const first = layers.relu(layers.dense(layers.input, 512))
    return layers.softmax(layers.dense(layers.relu(layers.dense(first, 512)), 10))
  },
}

/** Takes an image and gives three means: next to nothing but the way of the image to the engine. */
export const IMAGE_MEANS: Network = {
  name: 'image-means',
  inputShape: [3, 224, 224],
  classes: 3,
  build: (layers) => layers.means(layers.input),
}

/** A softmax of three sums, of a tensor or of columns. */
function linear(name: string, row: number | readonly string[]): Network {
  const [width, columns] = typeof row === 'number' ? [row, {}] : [row.length, { columns: row }]
  return {
    ...{ name, inputShape: [width], classes: 3, ...columns },
    build: (layers) => layers.softmax(layers.dense(layers.input, 3)),
  }
}

function columnNames(count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `c${String(index).padStart(2, '0')}`)
}

/** Writes a network as a model folder with a signature. @returns the folder. */
export function makeNetwork(parent: string, network: Network): string {
  const { name, inputShape, classes } = network
  const graph = new OnnxGraph([INPUT, OUTPUT])
  graph.input(INPUT, 'float32', [null, ...inputShape])
  graph.rename(network.build(new Layers(graph, network)), OUTPUT)
  graph.output(OUTPUT, 'float32', [null, classes])
  const onnx = Buffer.concat(graph.finish({ name, version: '1' }))
  return writeModelFolder(parent, { ...network, onnx, input: INPUT })
}

/** A request of so many rows of random numbers. */
export function rowsBody({ inputShape }: Network, rows = 1): string {
  const random = seededRandom(rows)
  const nested = ([size = 0, ...rest]: readonly number[]): unknown[] =>
    Array.from({ length: size }, () => (rest.length === 0 ? Number(random().toFixed(4)) : nested(rest)))
  return JSON.stringify({ inputs: nested([rows, ...inputShape]) })
}

interface Kernel {
  readonly size: number
  readonly stride: number
}

/** The layers that networks are made of, with weights of about the size that keeps numbers in range. */
class Layers {
  readonly input = INPUT
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
    const flat = this.#named(this.means(x), this.#channelsOf(x))
    return this.softmax(this.dense(flat, this.#classes, 0.1))
  }

  /** @param gain below 1 where a softmax follows that shall not be sure of one class */
  dense(x: string, channels: number, gain = 1): string {
    const weights = this.#weights([channels, this.#channelsOf(x)], gain)
    const sums = this.#graph.node('Gemm', [x, weights, this.#weights([channels])], { transB: 1 })
    return this.#named(sums, channels)
  }

  softmax(x: string): string {
    return this.#graph.node('Softmax', [x], { axis: 1 })
  }

  #weights(shape: readonly number[], gain = 1): string {
    const fanIn = shape.slice(1).reduce((product, size) => product * size, 1)
    const bound = gain * (shape.length === 1 ? 0.01 : Math.sqrt(6 / fanIn))
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
