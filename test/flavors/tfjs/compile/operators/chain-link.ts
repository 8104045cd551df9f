import * as tf from '@tensorflow/tfjs-core'
import fc from 'fast-check'
import type { Graph } from '../../../../../src/flavors/tfjs/compile/graph/graph.ts'
import type { Value } from '../../../../../src/flavors/tfjs/compile/graph/value.ts'
import { NotCompiled } from '../../../../../src/flavors/tfjs/compile/not-compiled.ts'
import * as unary from '../../../../../src/flavors/tfjs/compile/operators/unary.ts'
import { elementsOf } from './like-tfjs.ts'

/** The chain in both: what is built, and what TF.js computes from the same operands. */
export interface State {
  readonly graph: Graph
  readonly value: Value
}

export interface Link<X extends tf.Tensor = tf.Tensor4D> {
  readonly build: (state: State) => Value
  readonly compute: (x: X) => tf.Tensor
}

/** Weights that depend on their shape and a number alone, so that both sides have the same. */
export function weights(shape: readonly number[], seed: number) {
  const constant = elementsOf({ shape, range: [-0.5, 0.7] }, seed)
  return { constant, tensor: () => tf.tensor(constant.data, [...shape], 'float32') }
}

export function channels({ shape }: { readonly shape: readonly (number | null)[] }): number {
  return shape.at(-1)!
}

const FUNCTIONS = [
  [unary.relu, tf.relu],
  [unary.relu6, tf.relu6],
  [unary.sigmoid, tf.sigmoid],
  [unary.tanh, tf.tanh],
  [unary.neg, tf.neg],
  [unary.abs, tf.abs],
  [unary.square, (x: tf.Tensor) => tf.square(tf.tanh(x)), unary.tanh],
  [unary.softplus, tf.softplus],
  [unary.swish, (x: tf.Tensor) => tf.mul(x, tf.sigmoid(x))],
  [unary.selu, tf.selu],
] as const

export const functionLink = fc.constantFrom(...FUNCTIONS).map(
  ([operator, reference, first]): Link<tf.Tensor> => ({
    build: ({ graph, value }) => {
      const operand = first === undefined ? value : graph.add(first, [value], null)
      return graph.add(operator, [operand], null)
    },
    compute: (x) => reference(x),
  }),
)

export const slopeLink = fc.constantFrom<Link<tf.Tensor>>(
  {
    build: ({ graph, value }) => graph.add(unary.leakyRelu, [value], { alpha: 0.2 }),
    compute: (x) => tf.leakyRelu(x, 0.2),
  },
  {
    build: ({ graph, value }) => graph.add(unary.clip, [value], { min: -0.5, max: 1 }),
    compute: (x) => tf.clipByValue(x, -0.5, 1),
  },
  {
    build: ({ graph, value }) => graph.add(unary.hardSigmoid, [value], { alpha: 0.2, beta: 0.5 }),
    compute: (x) => tf.clipByValue(tf.add(tf.mul(x, 0.2), 0.5), 0, 1),
  },
  {
    build: ({ graph, value }) => graph.add(unary.gelu, [value], { approximate: false }),
    compute: (x) => tf.mul(tf.mul(x, 0.5), tf.add(tf.erf(tf.div(x, Math.SQRT2)), 1)),
  },
)

/** With sizes that are not known, some operators are not compiled. */
export async function orRefused(trial: Promise<unknown>): Promise<void> {
  await trial.catch((error: unknown) => {
    if (!(error instanceof NotCompiled)) throw error
  })
}
