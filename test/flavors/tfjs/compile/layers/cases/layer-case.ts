import * as tfl from '@tensorflow/tfjs-layers'
import type { Trial } from '../support/same-answers.ts'

type Layer = tfl.layers.Layer
type Dims = readonly (number | null)[]

/** A model that a row of the layer table is tried with. */
export interface LayerCase {
  /** The row's. */
  readonly className: string
  readonly title: string
  readonly build: () => tfl.LayersModel
  readonly trial: Trial
}

/** A model of one layer. @param shape of the input, without rows; several of an input each. */
export function layerCase(
  title: string,
  shape: Dims | readonly Dims[],
  make: () => Layer,
  trial: Trial & { readonly dtype?: 'float32' | 'int32' | 'bool' } = {},
): LayerCase {
  const shapes = (Array.isArray(shape[0]) ? shape : [shape]) as readonly Dims[]
  return {
    className: make().getClassName(),
    title,
    trial,
    build: () => {
      const inputs = shapes.map((dims) => tfl.input({ shape: [...dims], dtype: trial.dtype ?? 'float32' }))
      const outputs = make().apply(inputs.length === 1 ? inputs[0]! : inputs)
      return tfl.model({ inputs, outputs: outputs as tfl.SymbolicTensor })
    },
  }
}

/** A model of several layers, the last of which is what it is about. */
export function modelCase(
  className: string,
  title: string,
  build: () => tfl.LayersModel,
  trial: Trial = {},
): LayerCase {
  return { className, title, build, trial }
}

export function input(...shape: (number | null)[]): tfl.SymbolicTensor {
  return tfl.input({ shape })
}

export function called(layer: Layer | tfl.LayersModel, ...inputs: tfl.SymbolicTensor[]): tfl.SymbolicTensor {
  return layer.apply(inputs.length === 1 ? inputs[0]! : inputs) as tfl.SymbolicTensor
}
