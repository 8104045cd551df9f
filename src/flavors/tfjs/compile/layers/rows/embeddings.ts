import { cast } from '../../operators/cast.ts'
import { notEqual } from '../../operators/comparison.ts'
import { gather } from '../../operators/gather.ts'
import { type LayerRow, layerRow } from '../layer-row.ts'

export const EMBEDDINGS: readonly LayerRow[] = [
  layerRow({
    className: 'Embedding',
    semantics: 'tfjs-layers layers/embeddings.ts Embedding',
    mask: ({ graph, config, inputs }) => {
      if (!config.flag('maskZero', false)) return []
      const x = inputs[0]!
      const zero = x.type === 'int32' ? graph.integer(0) : graph.float(0)
      return [graph.add(notEqual, [x, zero], null)]
    },
    call: ({ graph, config, inputs, weight }) => {
      const table = weight('embeddings', [config.count('inputDim'), config.count('outputDim')])
      const indices = graph.add(cast, inputs, { type: 'int32' })
      return graph.add(gather, [table, indices], { axis: 0, batchDims: 0 })
    },
  }),
]
