import type { Graph } from '../../graph/graph.ts'
import type { Value } from '../../graph/value.ts'
import { NotCompiled } from '../../not-compiled.ts'
import { batchNorm, layerNorm } from '../../operators/normalization.ts'
import { reshape } from '../../operators/reshape.ts'
import type { LayerConfig } from '../layer-config.ts'
import { firstMask, type LayerCall, type LayerRow, layerRow } from '../layer-row.ts'
import { knownDimension } from './channels.ts'

/** TF.js normalises what has two to four dimensions. */
const MOST_DIMENSIONS = 4

export const NORMALIZATION: readonly LayerRow[] = [
  layerRow({
    className: 'BatchNormalization',
    semantics: 'tfjs-layers layers/normalization.ts BatchNormalization',
    mask: firstMask,
    call: (call) => {
      const { graph, config, inputs } = call
      const x = inputs[0]!
      expectNormalized(x)
      const axis = positive(onlyAxis(config), x)
      // Over another axis TF.js's wasm and cpu engines repeat the parameters along the last one all the same.
      if (axis !== x.shape.length - 1) throw new NotCompiled(`a normalization over axis ${axis}`)
      const channels = [knownDimension(x, axis)]
      const parameters = [
        ...scaleAndOffset(call, channels),
        call.weight('moving_mean', channels),
        call.weight('moving_variance', channels),
      ]
      return graph.add(batchNorm, [x, ...parameters], { epsilon: config.number('epsilon', 1e-3) })
    },
  }),
  layerRow({
    className: 'LayerNormalization',
    semantics: 'tfjs-layers layers/normalization.ts LayerNormalization',
    mask: firstMask,
    call: (call) => {
      const { graph, config, inputs } = call
      const x = inputs[0]!
      expectNormalized(x)
      const given = config.integers('axis', -1).map((axis) => positive(axis, x))
      if (given.includes(0)) throw new NotCompiled('a normalization over the rows')
      const sorted = given.toSorted((a, b) => a - b)
      const sizes = given.map((axis) => knownDimension(x, axis))
      const dims = sorted.map((axis) => knownDimension(x, axis))
      // Parameters of axes that are not ascending are not transposed but renamed.
      const parameters = scaleAndOffset(call, sizes).map((each) => renamed(graph, each, dims))
      return graph.add(layerNorm, [x, ...parameters], {
        axes: sorted,
        epsilon: config.number('epsilon', 1e-3),
      })
    },
  }),
]

function expectNormalized({ shape }: Value): void {
  if (shape.length < 2 || shape.length > MOST_DIMENSIONS)
    throw new NotCompiled(`an input of ${shape.length} dimensions`)
}

function scaleAndOffset(call: LayerCall, shape: readonly number[]): readonly Value[] {
  const { config, graph } = call
  return [
    config.flag('scale', true) ? call.weight('gamma', shape) : filled(graph, shape, 1),
    config.flag('center', true) ? call.weight('beta', shape) : filled(graph, shape, 0),
  ]
}

/** Of parameters that no weight bounds: 64 MB. */
const MOST_ELEMENTS = 2 ** 24

function filled(graph: Graph, shape: readonly number[], value: number): Value {
  const length = shape.reduce((count, size) => count * size, 1)
  if (length > MOST_ELEMENTS) throw new NotCompiled(`a normalization of ${length} elements`)
  return graph.constant({ type: 'float32', shape, data: new Float32Array(length).fill(value) })
}

function renamed(graph: Graph, value: Value, dims: readonly number[]): Value {
  return value.shape.join() === dims.join() ? value : graph.add(reshape, [value], { dims })
}

/** Keras writes the axis as a list of one as well. TF.js takes that for a number. */
function onlyAxis(config: LayerConfig): number {
  const given = config.integers('axis', -1)
  if (given.length !== 1) throw new NotCompiled(`a normalization over axes ${given}`)
  return given[0]!
}

function positive(axis: number, { shape }: Value): number {
  const own = axis < 0 ? axis + shape.length : axis
  if (own < 0 || own >= shape.length) throw new NotCompiled(`axis ${axis} of ${shape.length} dimensions`)
  return own
}
