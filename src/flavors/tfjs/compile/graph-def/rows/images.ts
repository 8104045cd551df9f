import { NotCompiled } from '../../not-compiled.ts'
import { depthToSpace } from '../../operators/depth-to-space.ts'
import { mirrorPad, pad } from '../../operators/padding.ts'
import { type ResizeMode, resize } from '../../operators/resize.ts'
import { knownNumber, knownNumbers, knownPairs } from '../constants.ts'
import type { GraphRow } from '../graph-row.ts'
import { expectChannelsLast } from './data-format.ts'

export const IMAGES: readonly GraphRow[] = [
  resizeRow('ResizeBilinear', 'bilinear'),
  resizeRow('ResizeNearestNeighbor', 'nearest'),
  {
    names: ['Pad'],
    semantics: 'TensorFlow Pad with constant paddings',
    operands: 2,
    read: ({ attributes }, [x, pads], graph) =>
      graph.add(pad, [x!], {
        pads: knownPairs(pads!, 'paddings'),
        value: attributes.number('constant_value', 0),
      }),
  },
  {
    names: ['PadV2'],
    semantics: 'TensorFlow PadV2 with constant paddings',
    operands: 3,
    read: (_, [x, pads, value], graph) =>
      graph.add(pad, [x!], { pads: knownPairs(pads!, 'paddings'), value: knownNumber(value!, 'a value') }),
  },
  {
    names: ['MirrorPad'],
    semantics: 'TensorFlow MirrorPad with constant paddings',
    operands: 2,
    read: ({ attributes }, [x, pads], graph) => {
      const mode = attributes.text('mode')
      if (mode !== 'reflect' && mode !== 'symmetric') throw new NotCompiled(`mode '${mode}'`)
      return graph.add(mirrorPad, [x!], { pads: knownPairs(pads!, 'paddings'), mode })
    },
  },
  {
    names: ['DepthToSpace'],
    semantics: 'TensorFlow DepthToSpace',
    operands: 1,
    read: ({ attributes }, [x], graph) => {
      expectChannelsLast(attributes)
      return graph.add(depthToSpace, [x!], { blockSize: attributes.integer('block_size', 0) })
    },
  },
]

function resizeRow(name: string, mode: ResizeMode): GraphRow {
  return {
    names: [name],
    semantics: `TensorFlow ${name} to a size that is known before a run`,
    operands: 2,
    read: ({ attributes }, [x, size], graph) => {
      const [height, width] = knownNumbers(size!, 'a size')
      return graph.add(resize, [x!], {
        size: [height!, width!],
        mode,
        alignCorners: attributes.flag('align_corners'),
        halfPixelCenters: attributes.flag('half_pixel_centers'),
      })
    },
  }
}
