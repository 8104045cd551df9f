import type { ModelArtifacts, WeightSpec } from '../../../../src/flavors/tfjs/artifacts/model-artifacts.ts'
import { GRAPH_TYPES, type GraphConstant, type GraphRecipe, type GraphRef } from './graph-recipe.ts'
import type { Dims } from './layers-recipe.ts'
import type { SweepModel } from './sweep-model.ts'

/** The model of a recipe, as tfjs-converter would write it. */
export function graphModel(recipe: GraphRecipe): SweepModel {
  const constants = new Map<string, GraphConstant>()
  const nodes = recipe.steps.map(({ op, from, attr }, index) => {
    const input = from.map((operand, at) => {
      if (typeof operand === 'string') return nodeInput(operand)
      const name = `n${index}/c${at}`
      constants.set(name, operand)
      return name
    })
    return { name: `n${index}`, op, input, attr }
  })
  const placeholders = recipe.inputs.map(({ type, shape }, index) => ({
    name: `in${index}`,
    op: 'Placeholder',
    attr: { dtype: { type: GRAPH_TYPES[type] }, shape: { shape: shapeJson(shape) } },
  }))
  const node = [...placeholders, ...[...constants].map(constantNode), ...nodes]
  return {
    artifacts: artifactsOf({ node, versions: { producer: 1 } }, recipe, constants),
    inputs: recipe.inputs.map((input, index) => ({ ...input, name: `in${index}` })),
  }
}

function artifactsOf(
  topology: Record<string, unknown>,
  recipe: GraphRecipe,
  constants: ReadonlyMap<string, GraphConstant>,
): ModelArtifacts {
  const weightSpecs = [...constants].map(
    ([name, { type, shape }]): WeightSpec => ({ name, shape, dtype: type }),
  )
  const bytes = [...constants.values()].map(bytesOf)
  return {
    format: 'graph-model',
    topology,
    signature: recipe.isSigned ? signatureOf(recipe) : undefined,
    initializer: undefined,
    initializerSignature: undefined,
    userDefinedMetadata: undefined,
    generatedBy: '2.20.0',
    convertedBy: 'TensorFlow.js Converter v4.22.0',
    weightSpecs,
    weightData: new Uint8Array(Buffer.concat(bytes)).buffer,
    digest: '',
  }
}

function signatureOf({ inputs, outputs }: GraphRecipe): Record<string, unknown> {
  const given = inputs.map(({ type, shape }, index) => [
    `in${index}`,
    { name: `in${index}:0`, dtype: GRAPH_TYPES[type], tensorShape: shapeJson(shape) },
  ])
  const gives = outputs.map((ref, index) => [`out${index}`, { name: ref }])
  return { inputs: Object.fromEntries(given), outputs: Object.fromEntries(gives) }
}

function nodeInput(ref: GraphRef): string {
  return ref.endsWith(':0') ? ref.slice(0, -2) : ref
}

function constantNode([name, { type, shape }]: readonly [string, GraphConstant]) {
  const dtype = GRAPH_TYPES[type]
  return {
    name,
    op: 'Const',
    attr: { dtype: { type: dtype }, value: { tensor: { dtype, tensorShape: shapeJson(shape) } } },
  }
}

function shapeJson(shape: Dims): object {
  return shape.length === 0 ? {} : { dim: shape.map((dim) => ({ size: String(dim ?? -1) })) }
}

function bytesOf({ type, values }: GraphConstant): Uint8Array {
  if (type === 'bool') return Uint8Array.from(values)
  return new Uint8Array((type === 'int32' ? Int32Array.from(values) : Float32Array.from(values)).buffer)
}
