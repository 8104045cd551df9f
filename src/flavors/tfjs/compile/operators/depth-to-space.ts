import { operator } from '../graph/operator.ts'
import { NotCompiled } from '../not-compiled.ts'

export interface BlockSizeAttributes {
  readonly blockSize: number
}

/** Channels of a pixel become a square of pixels. */
export const depthToSpace = operator<BlockSizeAttributes>({
  name: 'DepthToSpace',
  semantics: 'TensorFlow DepthToSpace with data_format NHWC',
  infer: ([x], { blockSize }) => {
    if (x!.shape.length !== 4 || x!.type !== 'float32') throw new NotCompiled('an operand that is no image')
    const [rows, height, width, channels] = x!.shape
    if (channels === null || blockSize < 2 || channels! % blockSize ** 2 !== 0)
      throw new NotCompiled(`${channels} channels for blocks of ${blockSize} x ${blockSize}`)
    const times = (dim: number | null): number | null => (dim === null ? null : dim * blockSize)
    const shape = [rows!, times(height!), times(width!), channels! / blockSize ** 2]
    return [{ type: x!.type, shape }]
  },
  lower: (lowering, { operands: [x], attributes: { blockSize }, results }) => {
    const names = [lowering.channelsFirst(x!)]
    const name = lowering.onnx.node('DepthToSpace', names, { blocksize: blockSize, mode: 'DCR' })
    lowering.define(results[0]!, name, 'channelsFirst')
  },
})
