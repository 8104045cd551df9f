import { type Cut, crop } from '../../operators/crop.ts'
import { pad } from '../../operators/padding.ts'
import { upsample } from '../../operators/resize.ts'
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
      return graph.add(crop, [x], { cuts })
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

/** What is before and after height and width: one number for all, one for each, or two for each. */
function borders(config: LayerConfig, key: string, absent: Cut | undefined): readonly Cut[] {
  const value = config.raw(key) ?? absent
  const pair: readonly unknown[] = Array.isArray(value) ? value : [value, value]
  const list = pair.map((each) => (Array.isArray(each) ? each : [each, each]))
  const isBorder = (each: unknown[]): boolean =>
    each.length === 2 && each.every((size) => Number.isInteger(size) && Number(size) >= 0)
  if (list.length !== 2 || !list.every(isBorder)) throw config.wrong(key, 'borders of height and width')
  return list as unknown[] as readonly Cut[]
}

function aroundPlaces<T>(format: DataFormat, places: readonly T[], other: T): readonly T[] {
  return format === 'channelsLast' ? [other, ...places, other] : [other, other, ...places]
}
