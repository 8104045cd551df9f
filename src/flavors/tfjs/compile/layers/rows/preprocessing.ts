import type { Graph } from '../../graph/graph.ts'
import type { Value } from '../../graph/value.ts'
import { NotCompiled } from '../../not-compiled.ts'
import { add, multiply } from '../../operators/binary.ts'
import { cast } from '../../operators/cast.ts'
import { gather } from '../../operators/gather.ts'
import { max, sum } from '../../operators/reduction.ts'
import type { LayerConfig } from '../layer-config.ts'
import { type LayerRow, layerRow } from '../layer-row.ts'
import { expectRank, knownDimension } from './channels.ts'

/** TF.js has Resizing as well, and fails when it runs a model with it. */
export const PREPROCESSING: readonly LayerRow[] = [
  layerRow({
    className: 'Rescaling',
    semantics: 'tfjs-layers layers/preprocessing/image_preprocessing.ts Rescaling',
    call: ({ graph, config, inputs }) => {
      const x = graph.add(cast, inputs, { type: 'float32' })
      const scaled = graph.add(multiply, [x, numbers(graph, config, 'scale')], null)
      return config.has('offset') ? graph.add(add, [scaled, numbers(graph, config, 'offset')], null) : scaled
    },
  }),
  layerRow({
    className: 'CenterCrop',
    semantics: 'tfjs-layers layers/preprocessing/center_crop.ts CenterCrop',
    call: ({ graph, config, inputs }) => {
      const x = inputs[0]!
      expectRank(x, 4)
      const size = [config.count('height'), config.count('width')] as const
      const places = size.map((wanted, axis) =>
        croppedPlaces(knownDimension(x, axis + 1), wanted, axis === 1),
      )
      return places.reduce((image: Value, picked, axis) => picks(graph, image, { picked, axis: axis + 1 }), x)
    },
  }),
  layerRow({
    className: 'CategoryEncoding',
    semantics: 'tfjs-layers layers/preprocessing/category_encoding.ts CategoryEncoding',
    call: ({ graph, config, inputs }) => {
      const mode = config.choice('outputMode', ['multiHot', 'oneHot', 'count', 'int'], 'multiHot')
      const indices = graph.add(cast, inputs, { type: 'int32' })
      if (mode === 'int') return indices
      expectRank(indices, 2)
      if (mode === 'oneHot' && indices.shape[1] !== 1)
        throw new NotCompiled(`one-hot rows of ${indices.shape[1] ?? 'any'} tokens`)
      const tokens = graph.add(gather, [identityMatrix(graph, config), indices], { axis: 0, batchDims: 0 })
      return graph.add(mode === 'count' ? sum : max, [tokens], { axes: [1], keepDimensions: false })
    },
  }),
]

/** A number, or one for each channel. */
function numbers(graph: Graph, config: LayerConfig, key: string): Value {
  const value = config.raw(key)
  if (!Array.isArray(value)) return graph.float(config.number(key))
  if (!value.every((each) => typeof each === 'number')) throw config.wrong(key, 'numbers')
  return graph.constant({ type: 'float32', shape: [value.length], data: Float32Array.from(value) })
}

/** More tokens would be a matrix of more than 16 MB. */
const MOST_TOKENS = 2048

/** A row of it is a token. A token that it does not have ends the run, as in TF.js. */
function identityMatrix(graph: Graph, config: LayerConfig): Value {
  const tokens = config.count('numTokens')
  if (tokens > MOST_TOKENS) throw new NotCompiled(`${tokens} tokens`)
  const data = new Float32Array(tokens * tokens)
  for (let token = 0; token < tokens; token += 1) data[token * tokens + token] = 1
  return graph.constant({ type: 'float32', shape: [tokens, tokens], data })
}

interface Picks {
  readonly picked: readonly number[]
  readonly axis: number
}

function picks(graph: Graph, x: Value, { picked, axis }: Picks): Value {
  if (picked.length === x.shape[axis] && picked.every((place, index) => place === index)) return x
  return graph.add(gather, [x, graph.integers(picked)], { axis, batchDims: 0 })
}

/** How near to the middle between two places one has to be for engines to differ in which of them it takes. */
const TIE = 1e-3

/**
 * The places that TF.js takes from a dimension: those nearest to as many, evenly from one border of the crop to the
 * other, which are fractions of the dimension. Images that are too small it would make larger, and fails to.
 */
function croppedPlaces(size: number, wanted: number, isWidth: boolean): readonly number[] {
  const half = Math.floor((size - wanted) / 2)
  const before = isWidth && size !== wanted && half === 0 ? 1 : half
  if (before < 0) throw new NotCompiled(`a crop of ${wanted} from ${size}`)
  const first = Math.fround(before / size)
  const last = Math.fround((before + wanted) / size)
  return Array.from({ length: wanted }, (_, index) => {
    const along = wanted > 1 ? index / (wanted - 1) : 0.5
    const place = (first + (last - first) * along) * (size - 1)
    const isTie = Math.abs((place % 1) - 0.5) < TIE
    if (isTie || place > size - 1) throw new NotCompiled(`a crop of ${wanted} from ${size}`)
    return Math.round(place)
  })
}
