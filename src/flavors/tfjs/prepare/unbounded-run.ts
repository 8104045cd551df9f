import { isRecord } from '../../../core/record.ts'

/** TensorFlow's operators of loops, of both generations of its control flow. */
const LOOPS: ReadonlySet<unknown> = new Set(['While', 'StatelessWhile', 'Enter', 'NextIteration', 'LoopCond'])

/** Whether a graph model has loops, in its functions too: how often they turn is up to the inputs. */
export function hasLoops(topology: Readonly<Record<string, unknown>>): boolean {
  const { library } = topology
  const functions = isRecord(library) && Array.isArray(library['function']) ? library['function'] : []
  return [topology['node'], ...functions.map(nodesOf)].some(
    (nodes) => Array.isArray(nodes) && nodes.some((node) => isRecord(node) && LOOPS.has(node['op'])),
  )
}

function nodesOf(definition: unknown): unknown {
  return isRecord(definition) ? definition['nodeDef'] : undefined
}
