import type { GraphModel } from '@tensorflow/tfjs-converter'
import { invalidModel, messageOf } from '../../../core/errors.ts'
import { isRecord } from '../../../core/record.ts'
import { type GraphPortInfo, type GraphPorts, graphPorts } from '../artifacts/graph-ports.ts'
import type { ModelArtifacts } from '../artifacts/model-artifacts.ts'
import type { Executable } from './executable.ts'
import { inMemory } from './load-artifacts.ts'
import type { Tensorflow, TfTensor } from './tensorflow.ts'

/** TF.js's words for a graph whose next step depends on a tensor's values, or that waits for them. */
const NEEDS_ASYNC = /use model\.executeAsync\(\)/

/** @throws ServingError INVALID_PARAMETER_VALUE */
export async function loadGraph(tf: Tensorflow, artifacts: ModelArtifacts): Promise<Executable> {
  const ports = graphPorts(artifacts)
  try {
    const model = await tf.loadGraphModel(inMemory(artifacts))
    if (hasTables(artifacts)) await fillTables(model)
    return new GraphExecutable(model, ports, hasValueDependentSteps(artifacts))
  } catch (error) {
    throw invalidModel(`TF.js cannot load the model: ${messageOf(error)}`, { cause: error })
  }
}

/** A graph. Whether it has to be run asynchronously is found out by its first run. */
class GraphExecutable implements Executable {
  readonly inputs: readonly GraphPortInfo[]
  readonly outputs: readonly GraphPortInfo[]
  readonly mayMixRows: boolean
  readonly #model: GraphModel
  readonly #fetches: string[]
  #asynchronous = false

  constructor(model: GraphModel, { inputs, outputs }: GraphPorts, mayMixRows: boolean) {
    this.mayMixRows = mayMixRows
    this.#model = model
    this.inputs = inputs
    this.outputs = outputs
    this.#fetches = outputs.map(({ node }) => tensorName(node))
  }

  run(inputs: readonly TfTensor[]): readonly TfTensor[] | Promise<readonly TfTensor[]> {
    const feeds = this.inputs.map(({ node }, index) => [tensorName(node), inputs[index]!] as const)
    if (this.#asynchronous) return this.#runAsynchronously(feeds)
    try {
      return asList(this.#model.execute(Object.fromEntries(feeds), this.#fetches))
    } catch (error) {
      if (!NEEDS_ASYNC.test(messageOf(error))) throw error
      this.#asynchronous = true
      return this.#runAsynchronously(feeds)
    }
  }

  dispose(): void {
    this.#model.dispose()
  }

  async #runAsynchronously(feeds: readonly (readonly [string, TfTensor])[]): Promise<readonly TfTensor[]> {
    return asList(await this.#model.executeAsync(Object.fromEntries(feeds), this.#fetches))
  }
}

/** With the index always: a bare node name may be the key of another tensor in the signature, which TF.js looks up first. */
function tensorName(node: string): string {
  return node.includes(':') ? node : `${node}:0`
}

function asList(outputs: TfTensor | TfTensor[]): readonly TfTensor[] {
  return Array.isArray(outputs) ? outputs : [outputs]
}

/** Loops, branches, and operations whose outputs are as long as the values say. */
const VALUE_DEPENDENT =
  /^(Switch|Merge|Enter|Exit|NextIteration|(Stateless)?(If|While)|NonMaxSuppression\w*|Where|ListDiff|Unique\w*)$/

function hasValueDependentSteps({ topology: { node } }: ModelArtifacts): boolean {
  if (!Array.isArray(node)) return false
  return node.some((step: unknown) => isRecord(step) && VALUE_DEPENDENT.test(String(step['op'])))
}

function hasTables({ initializer }: ModelArtifacts): boolean {
  return typeof initializer === 'object' && initializer !== null && 'node' in initializer
}

/**
 * TF.js fills the hash tables before the first run of a model, whether that then succeeds or not. Filled here, they are not
 * among the tensors of a failed run, which are all disposed of.
 */
async function fillTables(model: GraphModel): Promise<void> {
  await model.executeAsync({}, []).catch(() => {})
}
