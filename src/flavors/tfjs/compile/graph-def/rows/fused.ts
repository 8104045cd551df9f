import type { Graph } from '../../graph/graph.ts'
import type { Value } from '../../graph/value.ts'
import { NotCompiled } from '../../not-compiled.ts'
import { prelu } from '../../operators/binary.ts'
import { elu, leakyRelu, relu, relu6, sigmoid } from '../../operators/unary.ts'
import type { NodeAttributes } from '../node-attributes.ts'

/** What `fused_ops` puts behind a product or a convolution (tfjs-converter, `fusedConvAndDepthWiseParams`). */
export interface FusedOperators {
  readonly bias: Value | undefined
  activate(result: Value, graph: Graph): Value
}

/** @param operands those behind the operator's own: the bias, and the slopes of a Prelu. */
export function fusedOperators(attributes: NodeAttributes, operands: readonly Value[]): FusedOperators {
  const [first = 'noop', second = 'noop', ...more] = attributes.texts('fused_ops')
  if (!['biasadd', 'noop'].includes(first) || more.length > 0)
    throw new NotCompiled(`fused operators ${[first, second, ...more].join(', ')}`)
  const [bias, slopes] = first === 'biasadd' ? operands : [undefined, ...operands]
  if (first === 'biasadd' && bias === undefined) throw new NotCompiled('a bias that is missing')
  const activate = ACTIVATIONS.get(second)
  if (activate === undefined) throw new NotCompiled(`fused operator ${second}`)
  return { bias, activate: (result, graph) => activate(result, graph, { slopes, attributes }) }
}

interface ActivationContext {
  readonly slopes: Value | undefined
  readonly attributes: NodeAttributes
}

type Activate = (result: Value, graph: Graph, context: ActivationContext) => Value

const ACTIVATIONS: ReadonlyMap<string, Activate> = new Map<string, Activate>([
  ['noop', (result) => result],
  ['linear', (result) => result],
  ['relu', (result, graph) => graph.add(relu, [result], null)],
  ['relu6', (result, graph) => graph.add(relu6, [result], null)],
  ['elu', (result, graph) => graph.add(elu, [result], { alpha: 1 })],
  ['sigmoid', (result, graph) => graph.add(sigmoid, [result], null)],
  ['prelu', activateByPrelu],
  ['leakyrelu', activateByLeakyRelu],
])

function activateByPrelu(result: Value, graph: Graph, { slopes }: ActivationContext): Value {
  if (slopes === undefined) throw new NotCompiled('slopes that are missing')
  return graph.add(prelu, [result, slopes], null)
}

function activateByLeakyRelu(result: Value, graph: Graph, { attributes }: ActivationContext): Value {
  return graph.add(leakyRelu, [result], { alpha: attributes.number('leakyrelu_alpha', 0.2) })
}
