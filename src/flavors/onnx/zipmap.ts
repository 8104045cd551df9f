import { invalidModel } from '../../core/errors.ts'
import type { ModelSummary, ValueSummary } from './model-summary.ts'
import * as proto from './onnx-proto.ts'
import { delimited, editMessage, varintField, type WireEdit } from './wire-edit.ts'
import type { WireField, WireFile } from './wire-file.ts'

/**
 * scikit-learn classifiers, as skl2onnx exports them, end in a ZipMap operator: it turns the matrix of
 * probabilities into one map from label to probability for each row, a kind of value that onnxruntime-node cannot
 * hand over. Here the graph is rewritten so that the output is the matrix, and the labels are kept.
 */
export interface ZipMap {
  /** Name of the matrix. */
  readonly input: string
  /** Name of the sequence of maps, an output of the graph. */
  readonly output: string
  readonly classLabels: readonly (string | bigint)[]
  readonly node: WireField
}

/** Adopted where a model imports only machine learning operators; Identity has not changed its meaning since 1. */
const IDENTITY_OPSET = 13

/**
 * ZipMaps that make outputs of the main graph.
 * @throws ServingError INVALID_PARAMETER_VALUE for one that has no labels, or labels of two types.
 */
export function findZipMaps(file: WireFile, { zipMaps, outputs }: ModelSummary): ZipMap[] {
  const names = new Set(outputs.map(({ name }) => name))
  return zipMaps.map((node) => readZipMap(file, node)).filter(({ output }) => names.has(output))
}

/**
 * The model file with every ZipMap replaced by an Identity, and its output declared as a tensor of floats.
 * @throws ServingError INVALID_PARAMETER_VALUE where the graph is stored in several parts.
 */
export function rewriteZipMaps(
  file: WireFile,
  summary: ModelSummary,
  zipMaps: readonly ZipMap[],
): Buffer<ArrayBuffer> {
  const [graph, ...others] = summary.graphs
  if (graph === undefined || others.length > 0) {
    throw invalidModel(
      'The model file stores its graph in several parts, which ZipMap cannot be taken out of.',
    )
  }
  const byOutput = new Map(zipMaps.map((zipMap) => [zipMap.output, zipMap]))
  const edits = [
    ...zipMaps.map((zipMap) => replace(zipMap.node, proto.GRAPH.node, identityNode(zipMap))),
    ...summary.outputs
      .filter(({ name }) => byOutput.has(name))
      .map((output) => replace(output.field, proto.GRAPH.output, matrixOutput(output))),
  ]
  return editMessage({
    file,
    message: graph,
    edits: edits.sort((a, b) => a.start - b.start),
    appended: summary.opsets.has('') ? Buffer.alloc(0) : opsetImport(),
  })
}

function readZipMap(file: WireFile, node: WireField): ZipMap {
  let input = ''
  let output = ''
  let strings: string[] = []
  let integers: bigint[] = []
  for (const field of file.fields(node.valueStart, node.end)) {
    if (field.number === proto.NODE.input) input = file.text(field)
    else if (field.number === proto.NODE.output) output = file.text(field)
    else if (field.number === proto.NODE.attribute) {
      const attribute = readLabels(file, field)
      if (attribute.name === 'classlabels_strings') strings = attribute.strings
      else if (attribute.name === 'classlabels_int64s') integers = attribute.integers
    }
  }
  if (strings.length > 0 === integers.length > 0) {
    throw invalidModel(
      `The ZipMap operator of output '${output}' has no class labels, or labels of two types.`,
    )
  }
  return { input, output, classLabels: strings.length > 0 ? strings : integers, node }
}

function readLabels(
  file: WireFile,
  attribute: WireField,
): { name: string; strings: string[]; integers: bigint[] } {
  const labels = { name: '', strings: [] as string[], integers: [] as bigint[] }
  for (const field of file.fields(attribute.valueStart, attribute.end)) {
    if (field.number === proto.ATTRIBUTE.name) labels.name = file.text(field)
    else if (field.number === proto.ATTRIBUTE.strings) labels.strings.push(file.text(field))
    else if (field.number === proto.ATTRIBUTE.ints) labels.integers.push(...file.int64s(field))
  }
  return labels
}

function replace({ start, end }: WireField, number: number, content: Uint8Array): WireEdit {
  return { start, end, bytes: delimited(number, content) }
}

function identityNode({ input, output }: ZipMap): Buffer {
  return Buffer.concat([
    delimited(proto.NODE.input, input),
    delimited(proto.NODE.output, output),
    delimited(proto.NODE.opType, 'Identity'),
  ])
}

/** Without a shape: onnxruntime infers it, and the matrix is one row where it has one dimension only. */
function matrixOutput({ name }: ValueSummary): Buffer {
  const tensorType = varintField(proto.TENSOR_TYPE.elementType, proto.FLOAT)
  return Buffer.concat([
    delimited(proto.VALUE_INFO.name, name),
    delimited(proto.VALUE_INFO.type, delimited(proto.TYPE.tensor, tensorType)),
  ])
}

function opsetImport(): Buffer {
  const content = Buffer.concat([
    delimited(proto.OPSET.domain, ''),
    varintField(proto.OPSET.version, IDENTITY_OPSET),
  ])
  return delimited(proto.MODEL.opsetImport, content)
}
