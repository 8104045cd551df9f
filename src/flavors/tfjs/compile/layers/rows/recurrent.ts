import type { Value } from '../../graph/value.ts'
import { NotCompiled } from '../../not-compiled.ts'
import { add, multiply } from '../../operators/binary.ts'
import { cast } from '../../operators/cast.ts'
import { concatenate } from '../../operators/concatenation.ts'
import { reverse } from '../../operators/reverse.ts'
import type { LayerConfig, LayerObject } from '../layer-config.ts'
import { type LayerCall, type LayerRow, layerRow, type Mask } from '../layer-row.ts'
import { expectRank } from './channels.ts'
import { cellsOf, type Run, type Steps, stacked, type Walked } from './recurrent-cells.ts'

/** Layers that go through steps, (rows, steps, features), one after the other. */
export const RECURRENT: readonly LayerRow[] = [
  ...['SimpleRNN', 'GRU', 'LSTM', 'RNN'].map((className) =>
    layerRow({
      className,
      semantics: `tfjs-layers layers/recurrent.ts ${className}`,
      usesMask: true,
      mask: ({ config, masks }, results) => stepMasks(config, masks, results),
      call: (call) => {
        const walk = { object: { className, config: call.config }, prefix: '', turned: false }
        const { output, states } = walked(call, walk, call.inputs.slice(1))
        return [output, ...states]
      },
    }),
  ),
  layerRow({
    className: 'Bidirectional',
    semantics: 'tfjs-layers layers/wrappers.ts Bidirectional',
    usesMask: true,
    mask: ({ config, masks }, results) => stepMasks(config.layer('layer').config, masks, results),
    call: bidirectional,
  }),
]

/** TF.js gives the mask of the steps to the states as well. */
function stepMasks(config: LayerConfig, [mask]: readonly Mask[], results: readonly Value[]): readonly Mask[] {
  if (mask === undefined || !config.flag('returnSequences', false)) return []
  return results.map((result) => (result.shape.length === 3 ? mask : 'unusable'))
}

const MERGE_MODES = ['concat', 'sum', 'ave', 'mul'] as const

function bidirectional(call: LayerCall): readonly Value[] {
  const { config, inputs } = call
  if (config.has('backwardLayer')) throw new NotCompiled('a backward_layer')
  const object = config.layer('layer')
  const name = object.config.text('name')
  const given = inputs.slice(1)
  const half = given.length / 2
  const [forward, backward] = [
    walked(call, { object, prefix: `forward_${name}/`, turned: false }, given.slice(0, half)),
    walked(call, { object, prefix: `backward_${name}/`, turned: true }, given.slice(half)),
  ]
  const states = [...forward.states, ...backward.states]
  if (config.raw('mergeMode') === null) return [forward.output, backward.output, ...states]
  return [merged(call, forward.output, backward.output), ...states]
}

function merged({ graph, config }: LayerCall, forward: Value, backward: Value): Value {
  const mode = config.choice('mergeMode', MERGE_MODES, 'concat')
  if (mode === 'mul') return graph.add(multiply, [forward, backward], null)
  if (mode === 'concat')
    return graph.add(concatenate, [forward, backward], { axis: forward.shape.length - 1 })
  const both = graph.add(add, [forward, backward], null)
  return mode === 'sum' ? both : graph.add(multiply, [both, graph.float(0.5)], null)
}

/** A layer going through its steps in one direction. */
interface Walk {
  readonly object: LayerObject
  /** Of the names of its weights. */
  readonly prefix: string
  /** Whether it goes the other way than the layer says, and its steps are turned round again. */
  readonly turned: boolean
}

function walked(call: LayerCall, { object, prefix, turned }: Walk, initial: readonly Value[]): Walked {
  const { config } = object
  if (config.flag('stateful', false)) throw new NotCompiled('states that are kept between calls')
  if (config.has('numConstants')) throw new NotCompiled('constants')
  const backwards = config.flag('goBackwards', false) !== turned
  const cells = cellsOf(object, prefix)
  const start = stepsOf(call, backwards)
  const sequences = config.flag('returnSequences', false)
  const run: Run = { call, start, wholeStates: config.flag('returnState', false) }
  const { output, states } = stacked(run, { cells, sequences, initial })
  // Steps are in the order of the input, and TF.js has them in the order in which they were gone through.
  const isTurned = sequences && (start.reversed ? turned : backwards !== turned)
  return { output: isTurned ? turnedRound(call, output) : output, states }
}

function stepsOf(call: LayerCall, backwards: boolean): Steps {
  const { graph, inputs, masks } = call
  expectRank(inputs[0]!, 3)
  const x = graph.add(cast, [inputs[0]!], { type: 'float32' })
  const [mask] = masks
  if (mask === undefined) return { x, mask, direction: backwards ? 'backward' : 'forward', reversed: false }
  if (mask === 'unusable' || mask.shape.length !== 2)
    throw new NotCompiled('a mask that TF.js gives another shape')
  if (!backwards) return { x, mask, direction: 'forward', reversed: false }
  return { x: turnedRound(call, x), mask: turnedRound(call, mask), direction: 'forward', reversed: true }
}

function turnedRound({ graph }: LayerCall, x: Value): Value {
  return graph.add(reverse, [x], { axes: [1] })
}
