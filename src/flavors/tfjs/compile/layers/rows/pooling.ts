import type { Operator } from '../../graph/operator.ts'
import { averagePool, maxPool, type PoolAttributes } from '../../operators/pooling.ts'
import { max, mean } from '../../operators/reduction.ts'
import type { LayerConfig } from '../layer-config.ts'
import { type LayerRow, layerRow } from '../layer-row.ts'
import { axes, dataFormat, expectRank, withChannelsLast } from './channels.ts'

/** Pools. Of one dimension they have their channels last, and global ones drop their places, whatever is configured. */

export const POOLING: readonly LayerRow[] = [
  ...[1, 2, 3].flatMap((rank) => [
    pooling(`MaxPooling${rank}D`, rank, maxPool),
    pooling(`AveragePooling${rank}D`, rank, averagePool),
  ]),
  ...[1, 2].flatMap((rank) => [
    globalPooling(`GlobalMaxPooling${rank}D`, rank, max),
    globalPooling(`GlobalAveragePooling${rank}D`, rank, mean),
  ]),
]

function pooling(className: string, rank: number, pool: Operator<PoolAttributes>): LayerRow {
  return layerRow({
    className,
    semantics: `tfjs-layers layers/pooling.ts ${className}`,
    call: ({ graph, config, inputs }) => {
      const x = inputs[0]!
      expectRank(x, rank + 2)
      const attributes = poolAttributes(config, rank)
      const format = rank === 1 ? 'channelsLast' : dataFormat(config)
      return withChannelsLast(graph, { x, format }, (last) => graph.add(pool, [last], attributes))
    },
  })
}

function poolAttributes(config: LayerConfig, rank: number): PoolAttributes {
  const window = config.counts('poolSize', rank, new Array<number>(rank).fill(2))
  return {
    window,
    strides: config.counts('strides', rank, window),
    padding: config.choice<'same' | 'valid'>('padding', ['same', 'valid'], 'valid'),
  }
}

function globalPooling(className: string, rank: number, reduce: typeof mean): LayerRow {
  return layerRow({
    className,
    semantics: `tfjs-layers layers/pooling.ts ${className}`,
    call: ({ graph, config, inputs }) => {
      const x = inputs[0]!
      expectRank(x, rank + 2)
      const isFirst = rank > 1 && dataFormat(config) === 'channelsFirst'
      const places = isFirst ? axes(2, rank + 2) : axes(1, rank + 1)
      return graph.add(reduce, [x], { axes: places, keepDimensions: false })
    },
  })
}
