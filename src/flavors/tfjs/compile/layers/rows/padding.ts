import type { Dimension, Value } from '../../graph/value.ts'
import { NotCompiled } from '../../not-compiled.ts'
import { pad } from '../../operators/padding.ts'
import { upsample } from '../../operators/resize.ts'
import { stridedSlice } from '../../operators/strided-slice.ts'
import type { LayerConfig } from '../layer-config.ts'
import { type LayerRow, layerRow } from '../layer-row.ts'
import { type DataFormat, dataFormat, expectRank, withChannelsLast } from './channels.ts'

/** Layers that make images larger or smaller. */
export const PADDING: readonly LayerRow[] = [
  layerRow({
    className: 'ZeroPadding2D',
    semantics: 'tfjs-layers layers/padding.ts ZeroPadding2D',
    call: ({ graph, config, inputs }) => {
      const x = inputs[0]!
      expectRank(x, 4)
      const places = borders(config, 'padding', [1, 1])
      return graph.add(pad, [x], { pads: aroundPlaces(dataFormat(config), places, [0, 0]), value: 0 })
    },
  }),
  layerRow({
    className: 'Cropping2D',
    semantics: 'tfjs-layers layers/convolutional.ts Cropping2D, channels first where data_format is null',
    call: ({ graph, config, inputs }) => {
      const x = inputs[0]!
      expectRank(x, 4)
      const format = config.raw('dataFormat') === null ? 'channelsFirst' : dataFormat(config)
      const cuts = aroundPlaces(format, borders(config, 'cropping', undefined), [0, 0])
      expectLeft(x, cuts)
      const bits = (side: 0 | 1) =>
        cuts.reduce((mask, cut, axis) => (cut[side] === 0 ? mask | (1 << axis) : mask), 0)
      const bounds = [cuts.map(([begin]) => begin), cuts.map(([, end]) => -end), [1, 1, 1, 1]]
      return graph.add(stridedSlice, [x, ...bounds.map((list) => graph.integers(list))], {
        begin: bits(0),
        end: bits(1),
        ellipsis: 0,
        newAxis: 0,
        shrinkAxis: 0,
      })
    },
  }),
  layerRow({
    className: 'UpSampling2D',
    semantics: 'tfjs-layers layers/convolutional.ts UpSampling2D',
    call: ({ graph, config, inputs }) => {
      const x = inputs[0]!
      expectRank(x, 4)
      const [height, width] = config.counts('size', 2, [2, 2])
      const mode = config.choice('interpolation', ['nearest', 'bilinear'], 'nearest')
      const attributes = { factors: [height!, width!] as const, mode }
      return withChannelsLast(graph, { x, format: dataFormat(config) }, (last) =>
        graph.add(upsample, [last], attributes),
      )
    },
  }),
]

type Border = readonly [number, number]

/** What is before and after height and width: one number for all, one for each, or two for each. */
function borders(config: LayerConfig, key: string, absent: Border | undefined): readonly Border[] {
  const value = config.raw(key) ?? absent
  const pair: readonly unknown[] = Array.isArray(value) ? value : [value, value]
  const list = pair.map((each) => (Array.isArray(each) ? each : [each, each]))
  const isBorder = (each: unknown[]): boolean =>
    each.length === 2 && each.every((size) => Number.isInteger(size) && Number(size) >= 0)
  if (list.length !== 2 || !list.every(isBorder)) throw config.wrong(key, 'borders of height and width')
  return list as unknown[] as readonly Border[]
}

function aroundPlaces<T>(format: DataFormat, places: readonly T[], other: T): readonly T[] {
  return format === 'channelsLast' ? [other, ...places, other] : [other, other, ...places]
}

function expectLeft({ shape }: Value, cuts: readonly Border[]): void {
  const isLeft = (dim: Dimension, [before, after]: Border): boolean => dim === null || before + after < dim
  if (!shape.every((dim, axis) => isLeft(dim, cuts[axis]!))) throw new NotCompiled('nothing is left')
}
