import type { Padding } from '../../graph/padding.ts'
import { NotCompiled } from '../../not-compiled.ts'
import type { NodeAttributes } from '../node-attributes.ts'

/** Attributes of what slides over places. In TensorFlow's lists rows and channels have an element of their own. */

/** The places' part of a list; ones where it is absent. @throws NotCompiled where rows or channels are not 1. */
export function placesOf(attributes: NodeAttributes, name: string, places: number): readonly number[] {
  const list = attributes.integers(name)
  if (list.length === 0) return new Array<number>(places).fill(1)
  if (list.length !== places + 2) throw new NotCompiled(`${name} [${list}]`)
  if (list[0] !== 1 || list.at(-1) !== 1) throw new NotCompiled(`${name} [${list}] over rows or channels`)
  return list.slice(1, -1)
}

export function paddingOf(attributes: NodeAttributes): Padding {
  const name = attributes.text('padding')
  if (name === 'same' || name === 'valid') return name
  const list = attributes.integers('explicit_paddings')
  if (name !== 'explicit' || list.length < 6 || list.length % 2 === 1)
    throw new NotCompiled(`padding '${name}'`)
  const pairs = Array.from(
    { length: list.length / 2 },
    (_, axis) => [list[2 * axis]!, list[2 * axis + 1]!] as const,
  )
  return pairs.slice(1, -1)
}
