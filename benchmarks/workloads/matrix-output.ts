import * as proto from '../../src/flavors/onnx/onnx-proto.ts'
import { readSummary } from '../../src/flavors/onnx/read-summary.ts'
import { delimited, editMessage, varintField, type WireEdit } from '../../src/flavors/onnx/wire-edit.ts'
import { type WireField, WireFile } from '../../src/flavors/onnx/wire-file.ts'
import { findZipMaps } from '../../src/flavors/onnx/zipmap.ts'

export interface MatrixModel {
  readonly onnx: Buffer
  readonly input: string
  readonly output: string
}

/**
 * A classifier of scikit-learn with nothing but the matrix of its probabilities as output: without the label, and without
 * the ZipMap that makes maps of the matrix. Then all servers can answer with the same numbers, in any protocol.
 */
export function withMatrixOutput(path: string): MatrixModel {
  const file = new WireFile(path)
  try {
    const summary = readSummary(file)
    const [zipMap] = findZipMaps(file, summary)
    const [graph] = summary.graphs
    const [input] = summary.inputs
    if (zipMap === undefined || graph === undefined || input === undefined) {
      throw new Error(`${path} is no classifier with a ZipMap.`)
    }
    const outputs = new Set(summary.outputs.map(({ name }) => name))
    const edits = cuts(file, graph, outputs)
    const matrix = delimited(proto.GRAPH.output, matrixInfo(zipMap.input, zipMap.classLabels.length))
    edits.push({ start: graph.end, end: graph.end, bytes: matrix })
    const onnx = editMessage({ file, message: graph, edits, appended: Buffer.alloc(0) })
    return { onnx, input: input.name, output: zipMap.input }
  } finally {
    file.close()
  }
}

/** Takes out the outputs, and the nodes that make them. */
function cuts(file: WireFile, graph: WireField, outputs: ReadonlySet<string>): WireEdit[] {
  const edits: WireEdit[] = []
  for (const field of file.fields(graph.valueStart, graph.end)) {
    const isCut =
      field.number === proto.GRAPH.output ||
      (field.number === proto.GRAPH.node && makesOneOf(file, field, outputs))
    if (isCut) edits.push({ start: field.start, end: field.end, bytes: new Uint8Array() })
  }
  return edits
}

function makesOneOf(file: WireFile, node: WireField, outputs: ReadonlySet<string>): boolean {
  const made = [...file.fields(node.valueStart, node.end)].filter(
    ({ number }) => number === proto.NODE.output,
  )
  return made.some((field) => outputs.has(file.text(field)))
}

function matrixInfo(name: string, classes: number): Buffer {
  const rows = delimited(DIMENSION.name, 'rows')
  const dimensions = [rows, varintField(DIMENSION.value, classes)]
  const shape = Buffer.concat(dimensions.map((dimension) => delimited(SHAPE.dimension, dimension)))
  const tensor = [
    varintField(proto.TENSOR_TYPE.elementType, proto.FLOAT),
    delimited(proto.TENSOR_TYPE.shape, shape),
  ]
  return Buffer.concat([
    delimited(proto.VALUE_INFO.name, name),
    delimited(proto.VALUE_INFO.type, delimited(proto.TYPE.tensor, Buffer.concat(tensor))),
  ])
}

/** Field numbers of `TensorShapeProto`. */
const SHAPE = { dimension: 1 } as const
const DIMENSION = { value: 1, name: 2 } as const
