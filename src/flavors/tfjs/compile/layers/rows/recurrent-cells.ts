import type { Value } from '../../graph/value.ts'
import { NotCompiled } from '../../not-compiled.ts'
import { type CellKind, gatesOf, recurrent, statesOf } from '../../operators/recurrent.ts'
import { type LayerConfig, type LayerObject, layerObject, list } from '../layer-config.ts'
import type { LayerCall } from '../layer-row.ts'
import { knownDimension } from './channels.ts'

/** What is gone through. */
export interface Steps {
  readonly x: Value
  readonly mask: Value | undefined
  readonly direction: 'forward' | 'backward'
  /** Whether `x` and `mask` were turned round, so that the results are as well. */
  readonly reversed: boolean
}

/** What comes of it. */
export interface Walked {
  /** All steps or the last one. */
  readonly output: Value
  readonly states: readonly Value[]
}

export interface Run {
  readonly call: LayerCall
  readonly start: Steps
  readonly wholeStates: boolean
}

export interface Stack {
  readonly cells: readonly Cell[]
  readonly sequences: boolean
  /** Of the last cell first, as TF.js has all states of several cells. */
  readonly initial: readonly Value[]
}

/** Cells one upon the other: each takes the steps of the one before. */
export function stacked({ call, start, wholeStates }: Run, { cells, sequences, initial }: Stack): Walked {
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

export interface Cell {
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

export function cellsOf({ className, config }: LayerObject, prefix: string): readonly Cell[] {
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
