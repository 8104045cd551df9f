import { invalidParameter } from '../core/errors.ts'

/** One of `count` contiguous parts of the input; `index` counts from 0. */
export interface Shard {
  readonly index: number
  readonly count: number
}

export const WHOLE: Shard = { index: 0, count: 1 }

/** The part of `from` to `to` that is the shard's: blocks that begin in it are. The parts of all shards are the whole. */
export function shardRange({ index, count }: Shard, from: number, to: number): readonly [number, number] {
  const cut = (part: number): number => from + Math.floor(((to - from) * part) / count)
  return [cut(index), cut(index + 1)]
}

/** @throws ServingError INVALID_PARAMETER_VALUE where one part of an input is asked for that is not to be cut */
export function refuseShards({ count }: Shard): void {
  if (count <= 1) return
  throw invalidParameter(
    'This input cannot be cut into shards: its rows are predicted together, or it is small',
  )
}
