import type { ModelArtifacts } from '../../../../../../src/flavors/tfjs/artifacts/model-artifacts.ts'
import { seeded } from './seeded.ts'

export interface LayerJson {
  readonly class_name: string
  readonly config: Readonly<Record<string, unknown>>
  /** Of a layer of a functional model. */
  readonly name?: string
  readonly inbound_nodes?: readonly unknown[]
}

/** A model as Keras writes it and its converter puts into a model.json, with seeded weights. */
export function kerasModel(
  model: { readonly class_name: string; readonly config: unknown },
  weights: Readonly<Record<string, readonly number[]>> = {},
): ModelArtifacts {
  const numbers = seeded(7)
  const weightSpecs = Object.entries(weights).map(([name, shape]) => ({
    name,
    shape,
    dtype: 'float32' as const,
  }))
  const count = weightSpecs.reduce((sum, { shape }) => sum + shape.reduce((size, dim) => size * dim, 1), 0)
  return {
    format: 'layers-model',
    topology: { keras_version: '2.15.0', backend: 'tensorflow', model_config: model },
    signature: undefined,
    initializer: undefined,
    initializerSignature: undefined,
    userDefinedMetadata: undefined,
    generatedBy: 'keras v2.15.0',
    convertedBy: 'TensorFlow.js Converter v4.22.0',
    weightSpecs,
    weightData: Float32Array.from({ length: count }, () => numbers() / 2).buffer,
    digest: '',
  }
}

export function sequentialModel(
  layers: readonly LayerJson[],
  weights: Readonly<Record<string, readonly number[]>> = {},
): ModelArtifacts {
  return kerasModel({ class_name: 'Sequential', config: { name: 'sequential', layers } }, weights)
}

/** A layer of a functional model. @param inbound names of layers, or references, for each call. */
export function layerOf(
  class_name: string,
  config: Readonly<Record<string, unknown>> & { readonly name: string },
  ...inbound: readonly (readonly unknown[])[]
): LayerJson {
  const references = inbound.map((inputs) =>
    inputs.map((each) => (typeof each === 'string' ? [each, 0, 0, {}] : each)),
  )
  return { class_name, config, name: config.name, inbound_nodes: references }
}

export function functionalConfig(
  layers: readonly LayerJson[],
  inputs: readonly string[],
  outputs: readonly (string | readonly unknown[])[],
): Readonly<Record<string, unknown>> {
  const reference = (each: string | readonly unknown[]) => (typeof each === 'string' ? [each, 0, 0] : each)
  return {
    name: 'model',
    layers,
    input_layers: inputs.map(reference),
    output_layers: outputs.map(reference),
  }
}

export function inputLayer(name: string, shape: readonly (number | null)[], dtype = 'float32'): LayerJson {
  return layerOf('InputLayer', {
    name,
    batch_input_shape: [null, ...shape],
    dtype,
    sparse: false,
    ragged: false,
  })
}
