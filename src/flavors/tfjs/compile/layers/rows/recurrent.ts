import type { Value } from '../../graph/value.ts'
import { NotCompiled } from '../../not-compiled.ts'
import { add, multiply } from '../../operators/binary.ts'
import { cast } from '../../operators/cast.ts'
import { concatenate } from '../../operators/concatenation.ts'
import { type CellKind, gatesOf, recurrent, statesOf } from '../../operators/recurrent.ts'
import { reverse } from '../../operators/reverse.ts'
import { type LayerConfig, type LayerObject, layerObject, list } from '../layer-config.ts'
import { type LayerCall, type LayerRow, layerRow, type Mask } from '../layer-row.ts'
import { expectRank, knownDimension } from './channels.ts'

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

interface Walked {
  readonly output: Value
  readonly states: readonly Value[]
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

interface Steps {
  readonly x: Value
  readonly mask: Value | undefined
  readonly direction: 'forward' | 'backward'
  /** Whether `x` and `mask` were turned round, so that the results are as well. */
  readonly reversed: boolean
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

interface Run {
  readonly call: LayerCall
  readonly start: Steps
  readonly wholeStates: boolean
}

interface Stack {
  readonly cells: readonly Cell[]
  readonly sequences: boolean
  /** Of the last cell first, as TF.js has all states of several cells. */
  readonly initial: readonly Value[]
}

/** Cells one upon the other: each takes the steps of the one before. */
function stacked({ call, start, wholeStates }: Run, { cells, sequences, initial }: Stack): Walked {
  const count = cells.reduce((sum, { kind }) => sum + statesOf(kind), 0)
  if (initial.length !== 0 && initial.length !== count)
    throw new NotCompiled(`${initial.length} initial states for ${count}`)
  let left = initial
  let output = start.x
  let states: readonly Value[] = []
  for (const [index, cell] of cells.entries()) {
    const own = left.slice(left.length - (initial.length === 0 ? 0 : statesOf(cell.kind)))
    left = left.slice(0, left.length - own.length)
    const [next, ...last] = cellResults(call, cell, {
      steps: { ...start, x: output },
      states: own,
      returnSequences: sequences || index < cells.length - 1,
      returnState: wholeStates,
    })
    output = next!
    states = [...last, ...states]
  }
  return { output, states }
}

interface Cell {
  readonly kind: CellKind
  readonly config: LayerConfig
  /** Of the names of its weights. */
  readonly prefix: string
}

const CELLS: ReadonlyMap<string, CellKind> = new Map([
  ['LSTM', 'LSTM'],
  ['LSTMCell', 'LSTM'],
  ['GRU', 'GRU'],
  ['GRUCell', 'GRU'],
  ['SimpleRNN', 'SimpleRNN'],
  ['SimpleRNNCell', 'SimpleRNN'],
])

function cellsOf({ className, config }: LayerObject, prefix: string): readonly Cell[] {
  const kind = CELLS.get(className)
  if (kind !== undefined) return [{ kind, config, prefix }]
  if (className === 'RNN') return cellsOf(config.layer('cell'), prefix)
  if (className !== 'StackedRNNCells') throw new NotCompiled(`a layer or cell of class ${className}`)
  return list(config.raw('cells'), `${config.place}, its cells,`).flatMap((cell, index) =>
    cellsOf(layerObject(cell, `Cell ${index} of ${config.place}`), `${prefix}RNNCell_${index}/`),
  )
}

interface CellUse {
  readonly steps: Steps
  readonly states: readonly Value[]
  readonly returnSequences: boolean
  readonly returnState: boolean
}

function cellResults({ graph, weight }: LayerCall, cell: Cell, use: CellUse): readonly Value[] {
  const { kind, config, prefix } = cell
  const { x, mask, direction } = use.steps
  if (config.flag('resetAfter', false)) throw new NotCompiled('reset_after, which TF.js has not')
  const units = config.count('units')
  const width = units * gatesOf(kind)
  const bias = config.flag('useBias', true)
    ? weight(`${prefix}bias`, [width])
    : graph.constant({ type: 'float32', shape: [width], data: new Float32Array(width) })
  const operands = [
    x,
    weight(`${prefix}kernel`, [knownDimension(x, -1), width]),
    weight(`${prefix}recurrent_kernel`, [units, width]),
    bias,
    ...use.states,
    ...(mask === undefined ? [] : [mask]),
  ]
  return graph.addAll(recurrent, operands, {
    kind,
    units,
    activation: activationOf(config, 'activation', kind === 'SimpleRNN'),
    recurrentActivation:
      kind === 'SimpleRNN' ? undefined : activationOf(config, 'recurrentActivation', false),
    direction,
    hasInitialStates: use.states.length > 0,
    isMasked: mask !== undefined,
    returnSequences: use.returnSequences,
    returnState: use.returnState,
  })
}

/** @param isDefaultForNull whether null is the default as well, rather than `linear`. */
function activationOf(config: LayerConfig, key: string, isDefaultForNull: boolean): string {
  const value = config.raw(key)
  if (value === undefined || (value === null && isDefaultForNull))
    return key === 'activation' ? 'tanh' : 'hardSigmoid'
  if (value === null) return 'linear'
  if (typeof value === 'string') return value
  return layerObject(value, `${config.place}, its ${key},`).className
}
