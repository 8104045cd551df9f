import { operator } from '../graph/operator.ts'
import type { ElementType, Value } from '../graph/value.ts'
import type { Lowering } from '../lower/lowering.ts'
import { NotCompiled } from '../not-compiled.ts'

export type ResizeMode = 'bilinear' | 'nearest'

export interface ResizeAttributes {
  /** Height and width of the result. */
  readonly size: readonly [number, number]
  readonly mode: ResizeMode
  /** Whether the centres of the corners keep their places. */
  readonly alignCorners: boolean
  /** Whether a pixel's place is its centre, rather than its first corner. */
  readonly halfPixelCenters: boolean
}

/** Height or width of a result at most. */
const MOST_PIXELS = 2 ** 16

/** Images (rows, height, width, channels). */
export const resize = operator<ResizeAttributes>({
  name: 'ResizeBilinear, ResizeNearestNeighbor',
  semantics: 'TensorFlow ResizeBilinear and ResizeNearestNeighbor',
  infer: ([x], attributes) => {
    if (attributes.alignCorners && attributes.halfPixelCenters) {
      throw new NotCompiled('both alignCorners and halfPixelCenters')
    }
    const [rows, , , channels] = expectImages(x!)
    expectSize(attributes.size)
    return [{ type: resizedType(x!, attributes.mode), shape: [rows!, ...attributes.size, channels!] }]
  },
  lower: (lowering, { operands, attributes, results }) => {
    const [x] = operands
    const isSame = attributes.size.every((dim, axis) => x!.shape[axis + 1] === dim)
    if (isSame && x!.type === results[0]!.type) {
      const layout = lowering.layoutOf(x!)
      lowering.define(results[0]!, lowering.in(layout, x!), layout)
    } else {
      const resized = attributes.mode === 'nearest' ? nearest : bilinear
      lowering.define(results[0]!, resized(lowering, x!, attributes), 'channelsFirst')
    }
  },
})

export interface UpsampleAttributes {
  /** How many times as high and as wide the result is; whole numbers. */
  readonly factors: readonly [number, number]
  readonly mode: ResizeMode
}

/** Images whose height and width need not be known. */
export const upsample = operator<UpsampleAttributes>({
  name: 'UpSampling2D',
  semantics: 'Keras UpSampling2D as in tfjs-layers: corners neither aligned nor centred',
  infer: ([x], { factors, mode }) => {
    if (!factors.every((factor) => Number.isInteger(factor) && factor > 0)) {
      throw new NotCompiled(`upsampling by ${factors}`)
    }
    const shape = expectImages(x!)
    const places = factors.map((factor, axis) => {
      const dim = shape[axis + 1]!
      return dim === null ? null : dim * factor
    })
    return [{ type: resizedType(x!, mode), shape: [shape[0]!, ...places, shape[3]!] }]
  },
  lower: (lowering, { operands, attributes: { factors, mode }, results }) => {
    lowering.define(results[0]!, scaled(lowering, operands[0]!, factors, mode), 'channelsFirst')
  },
})

/** @throws NotCompiled where the operand is no batch of images. */
function expectImages({ type, shape }: Value): Value['shape'] {
  if (shape.length !== 4) throw new NotCompiled(`an operand of rank ${shape.length}`)
  if (type === 'bool') throw new NotCompiled('an operand of type bool')
  return shape
}

function expectSize(size: ResizeAttributes['size']): void {
  if (!size.every((pixels) => Number.isInteger(pixels) && pixels > 0 && pixels <= MOST_PIXELS))
    throw new NotCompiled(`a size of ${size}`)
}

function resizedType({ type }: Value, mode: ResizeMode): ElementType {
  return mode === 'nearest' ? type : 'float32'
}

function bilinear(lowering: Lowering, x: Value, attributes: ResizeAttributes): string {
  const name = floats(lowering, x, 'bilinear')
  return lowering.onnx.node('Resize', [name, '', '', sizesOf(lowering, name, attributes.size)], {
    mode: 'linear',
    coordinate_transformation_mode: transformation(attributes),
  })
}

/**
 * Rows, channels, height and width of the result. Sizes of height and width alone, by the attribute `axes`, are lost
 * when onnxruntime moves a transposition past the node (1.30).
 */
function sizesOf({ onnx }: Lowering, x: string, size: readonly [number, number]): string {
  const outer = onnx.node('Slice', [onnx.node('Shape', [x]), onnx.integers([0]), onnx.integers([2])])
  return onnx.node('Concat', [outer, onnx.integers(size)], { axis: 0 })
}

function transformation({ alignCorners, halfPixelCenters }: ResizeAttributes): string {
  if (alignCorners) return 'align_corners'
  return halfPixelCenters ? 'half_pixel' : 'asymmetric'
}

/** Whole factors are exact; for others a rounded quotient could name the neighbour, so that the pixels are chosen now. */
function nearest(lowering: Lowering, x: Value, attributes: ResizeAttributes): string {
  const [height, width] = x.shape.slice(1, 3)
  if (typeof height !== 'number' || typeof width !== 'number') {
    throw new NotCompiled('the nearest pixels of images of unknown size')
  }
  const factors = attributes.size.map((dim, axis) => dim / [height, width][axis]!) as [number, number]
  const isWhole = factors.every((factor) => Number.isInteger(factor) && factor > 0)
  if (isWhole && !attributes.alignCorners) return scaled(lowering, x, factors, 'nearest')
  return [height, width].reduce((name, count, axis) => {
    const pixels = lowering.onnx.integers(nearestPixels(count, attributes, axis))
    return lowering.onnx.node('Gather', [name, pixels], { axis: axis + 2 })
  }, lowering.channelsFirst(x))
}

/** Which of `count` pixels each one of the result is (tfjs-backend-cpu, ResizeNearestNeighbor). */
function nearestPixels(
  count: number,
  { size, alignCorners, halfPixelCenters }: ResizeAttributes,
  axis: number,
): readonly number[] {
  const wanted = size[axis]!
  const isAligned = alignCorners && wanted > 1
  const ratio = isAligned ? (count - 1) / (wanted - 1) : count / wanted
  return Array.from({ length: wanted }, (_, index) => {
    const place = ratio * (halfPixelCenters ? index + 0.5 : index)
    return Math.min(count - 1, alignCorners ? Math.round(place) : Math.floor(place))
  })
}

/** By whole factors. */
function scaled(lowering: Lowering, x: Value, factors: readonly [number, number], mode: ResizeMode): string {
  const { onnx } = lowering
  const scales = onnx.constant({
    type: 'float32',
    shape: [4],
    data: Float32Array.of(1, 1, ...factors),
  })
  return onnx.node('Resize', [floats(lowering, x, mode), '', scales], {
    mode: mode === 'nearest' ? 'nearest' : 'linear',
    coordinate_transformation_mode: 'asymmetric',
    nearest_mode: 'floor',
  })
}

/** Between pixels of int32 there are fractions. */
function floats(lowering: Lowering, x: Value, mode: ResizeMode): string {
  const name = lowering.channelsFirst(x)
  return mode === 'nearest' || x.type === 'float32' ? name : lowering.onnx.cast(name, 'float32')
}
