import type { Graph } from '../../graph/graph.ts'
import type { Dimension, Value } from '../../graph/value.ts'
import { NotCompiled } from '../../not-compiled.ts'
import { transpose } from '../../operators/transpose.ts'
import type { LayerConfig } from '../layer-config.ts'

/** Where a layer has its channels, Keras's `data_format`. */
export type DataFormat = 'channelsLast' | 'channelsFirst'

export function dataFormat(config: LayerConfig): DataFormat {
  return config.choice('dataFormat', ['channelsLast', 'channelsFirst'], 'channelsLast')
}

/**
 * Does with channels last what a layer does with its channels where its `data_format` has them: what lies channels
 * first is transposed there and back.
 */
export function withChannelsLast(
  graph: Graph,
  { x, format }: { readonly x: Value; readonly format: DataFormat },
  work: (x: Value) => Value,
): Value {
  return format === 'channelsLast' ? work(x) : channelsFirst(graph, work(channelsLast(graph, x)))
}

export function channelsLast(graph: Graph, x: Value): Value {
  return graph.add(transpose, [x], { order: [0, ...axes(2, x.shape.length), 1] })
}

function channelsFirst(graph: Graph, x: Value): Value {
  const last = x.shape.length - 1
  return graph.add(transpose, [x], { order: [0, last, ...axes(1, last)] })
}

export function axes(from: number, to: number): readonly number[] {
  return Array.from({ length: to - from }, (_, index) => from + index)
}

/** @throws NotCompiled */
export function expectRank(x: Value, rank: number): void {
  if (x.shape.length !== rank) throw new NotCompiled(`an input of ${x.shape.length} dimensions, not ${rank}`)
}

/** A dimension that weights depend on. @throws NotCompiled where only a run tells it. */
export function knownDimension(x: Value, axis: number): number {
  const dim: Dimension | undefined = x.shape.at(axis)
  if (dim === null || dim === undefined)
    throw new NotCompiled(`an input whose dimension ${axis} is not known`)
  return dim
}
