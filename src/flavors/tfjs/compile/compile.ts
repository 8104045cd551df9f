import type { ModelArtifacts } from '../artifacts/model-artifacts.ts'
import { COMPILER_VERSION } from './compiler-version.ts'
import type { Graph } from './graph/graph.ts'
import { liveNodes } from './graph/live-nodes.ts'
import { Lowering } from './lower/lowering.ts'
import { OnnxGraph } from './onnx/onnx-graph.ts'

/** A TF.js model as ONNX. */
export interface CompiledModel {
  /** The bytes of the ONNX model, in pieces that belong one after the other. */
  readonly chunks: readonly Uint8Array[]
  /** What was compiled: its inputs and outputs, and what feeds what. */
  readonly graph: Graph
  /** Nodes of ONNX. */
  readonly nodes: number
}

/** @throws NotCompiled where the model uses what is not covered; ServingError where it is broken. */
export async function compileModel(artifacts: ModelArtifacts): Promise<CompiledModel> {
  return lowerGraph(await readGraph(artifacts))
}

async function readGraph(artifacts: ModelArtifacts): Promise<Graph> {
  if (artifacts.format === 'layers-model') {
    const { readLayersModel } = await import('./layers/read-layers-model.ts')
    return readLayersModel(artifacts)
  }
  const { readGraphModel } = await import('./graph-def/read-graph-model.ts')
  return readGraphModel(artifacts)
}

/** From the graph of operators to ONNX. */
export function lowerGraph(graph: Graph): CompiledModel {
  const onnx = new OnnxGraph([...graph.inputs, ...graph.outputs].map(({ name }) => name))
  const lowering = new Lowering(onnx)
  for (const { name, value } of graph.inputs) {
    onnx.input(name, value.type, value.shape)
    lowering.define(value, name)
  }
  for (const { operator, ...use } of liveNodes(graph)) operator.lower(lowering, use)
  for (const { name, value } of graph.outputs) {
    onnx.rename(lowering.channelsLast(value), name)
    onnx.output(name, value.type, value.shape)
  }
  const chunks = onnx.finish({ name: 'headrace', version: String(COMPILER_VERSION) })
  return { chunks, graph, nodes: onnx.nodeCount }
}
