import { NotCompiled } from '../../not-compiled.ts'
import type { NodeAttributes } from '../node-attributes.ts'

/** @throws NotCompiled where the channels are not the last dimension: the converter writes no such graphs. */
export function expectChannelsLast(attributes: NodeAttributes): void {
  const format = attributes.text('data_format', 'nhwc')
  if (!['nhwc', 'ndhwc', 'nwc', ''].includes(format))
    throw new NotCompiled(`data_format ${format.toUpperCase()}`)
}
