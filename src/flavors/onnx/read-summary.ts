import type { ExternalData, ModelSummary, OperatorUse, ValueKind, ValueSummary } from './model-summary.ts'
import * as proto from './onnx-proto.ts'
import { corrupt, type WireField, type WireFile } from './wire-file.ts'

/** Graphs in graphs in graphs: deeper than exporters go, and shallow enough for the stack. */
const MAX_DEPTH = 64

/** @throws ServingError INVALID_PARAMETER_VALUE where the file is no ONNX model. */
export function readSummary(file: WireFile): ModelSummary {
  return new SummaryReader(file).read()
}

class SummaryReader {
  readonly #file: WireFile
  readonly #opsets = new Map<string, number>()
  readonly #operators = new Map<string, OperatorUse>()
  readonly #functions: OperatorUse[] = []
  readonly #inputs: ValueSummary[] = []
  readonly #outputs: ValueSummary[] = []
  readonly #initializers = new Set<string>()
  readonly #externalData: ExternalData[] = []
  readonly #graphs: WireField[] = []
  readonly #zipMaps: WireField[] = []
  #irVersion = 0
  #depth = 0

  constructor(file: WireFile) {
    this.#file = file
  }

  read(): ModelSummary {
    for (const field of this.#file.fields(0, this.#file.size)) this.#readModelField(field)
    if (this.#graphs.length === 0) throw corrupt('no graph')
    return {
      irVersion: this.#irVersion,
      opsets: this.#opsets,
      operators: [...this.#operators.values()],
      functions: this.#functions,
      inputs: this.#inputs.filter(({ name }) => !this.#initializers.has(name)),
      outputs: this.#outputs,
      externalData: this.#externalData,
      graphs: this.#graphs,
      zipMaps: this.#zipMaps,
    }
  }

  #readModelField(field: WireField): void {
    if (field.number === proto.MODEL.irVersion) this.#irVersion = this.#file.int(field)
    else if (field.number === proto.MODEL.opsetImport) this.#readOpset(field)
    else if (field.number === proto.MODEL.functions) this.#readFunction(field)
    else if (field.number === proto.MODEL.trainingInfo) this.#readTrainingInfo(field)
    else if (field.number === proto.MODEL.graph) {
      this.#graphs.push(field)
      this.#readGraph(field, true)
    }
  }

  #readOpset(opset: WireField): void {
    let domain = ''
    let version = 0
    for (const field of this.#inside(opset)) {
      if (field.number === proto.OPSET.domain) domain = this.#file.text(field)
      if (field.number === proto.OPSET.version) version = this.#file.int(field)
    }
    this.#opsets.set(normalDomain(domain), version)
  }

  #readFunction(definition: WireField): void {
    let domain = ''
    let opType = ''
    for (const field of this.#inside(definition)) {
      if (field.number === proto.FUNCTION.name) opType = this.#file.text(field)
      else if (field.number === proto.FUNCTION.domain) domain = this.#file.text(field)
      else if (field.number === proto.FUNCTION.node) this.#readNode(field)
    }
    this.#functions.push({ domain: normalDomain(domain), opType })
  }

  /** onnxruntime ignores these graphs today; their external data are checked all the same. */
  #readTrainingInfo(info: WireField): void {
    for (const field of this.#inside(info)) {
      const { initialization, algorithm } = proto.TRAINING_INFO
      if (field.number === initialization || field.number === algorithm) this.#readGraph(field, false)
    }
  }

  #readGraph(graph: WireField, main: boolean): void {
    this.#depth += 1
    if (this.#depth > MAX_DEPTH) throw corrupt(`graphs nested more than ${MAX_DEPTH} deep`)
    for (const field of this.#inside(graph)) {
      if (field.number === proto.GRAPH.node) this.#readGraphNode(field, main)
      else if (field.number === proto.GRAPH.initializer) this.#readTensor(field, main)
      else if (field.number === proto.GRAPH.sparseInitializer) this.#readSparseTensor(field, main)
      else if (main && field.number === proto.GRAPH.input) this.#inputs.push(readValue(this.#file, field))
      else if (main && field.number === proto.GRAPH.output) this.#outputs.push(readValue(this.#file, field))
    }
    this.#depth -= 1
  }

  #readGraphNode(node: WireField, main: boolean): void {
    const { domain, opType } = this.#readNode(node)
    if (main && opType === 'ZipMap' && domain === 'ai.onnx.ml') this.#zipMaps.push(node)
  }

  #readNode(node: WireField): OperatorUse {
    let domain = ''
    let opType = ''
    for (const field of this.#inside(node)) {
      if (field.number === proto.NODE.opType) opType = this.#file.text(field)
      else if (field.number === proto.NODE.domain) domain = this.#file.text(field)
      else if (field.number === proto.NODE.attribute) this.#readAttribute(field)
    }
    const use = { domain: normalDomain(domain), opType }
    this.#operators.set(`${use.domain}:${opType}`, use)
    return use
  }

  #readAttribute(attribute: WireField): void {
    const { tensor, tensors, graph, graphs, sparseTensor, sparseTensors } = proto.ATTRIBUTE
    for (const field of this.#inside(attribute)) {
      if (field.number === tensor || field.number === tensors) this.#readTensor(field, false)
      else if (field.number === graph || field.number === graphs) this.#readGraph(field, false)
      else if (field.number === sparseTensor || field.number === sparseTensors) {
        this.#readSparseTensor(field, false)
      }
    }
  }

  #readSparseTensor(sparse: WireField, initializer: boolean): void {
    for (const field of this.#inside(sparse)) {
      if (field.number === proto.SPARSE_TENSOR.values) this.#readTensor(field, initializer)
      if (field.number === proto.SPARSE_TENSOR.indices) this.#readTensor(field, false)
    }
  }

  #readTensor(tensor: WireField, initializer: boolean): void {
    let name = ''
    const entries = new Map<string, string>()
    for (const field of this.#inside(tensor)) {
      if (field.number === proto.TENSOR.name) name = this.#file.text(field)
      else if (field.number === proto.TENSOR.externalData) this.#readExternalEntry(field, name, entries)
    }
    if (initializer) this.#initializers.add(name)
    if (entries.size === 0) return
    const location = entries.get('location') ?? ''
    this.#externalData.push({
      tensor: name,
      location,
      offset: entries.get('offset'),
      length: entries.get('length'),
    })
  }

  #readExternalEntry(entry: WireField, tensor: string, entries: Map<string, string>): void {
    let key = ''
    let value = ''
    for (const field of this.#inside(entry)) {
      if (field.number === proto.ENTRY.key) key = this.#file.text(field)
      else if (field.number === proto.ENTRY.value) value = this.#file.text(field)
    }
    if (entries.has(key)) throw corrupt(`'${key}' of the external data of '${tensor}' twice`)
    entries.set(key, value)
  }

  #inside(message: WireField): Generator<WireField, void> {
    if (message.wireType !== 2) throw corrupt(`wire type ${message.wireType} where 2 is right`)
    return this.#file.fields(message.valueStart, message.end)
  }
}

/** ONNX's own operators are named by the empty domain; the format's long form means the same. */
function normalDomain(domain: string): string {
  return domain === 'ai.onnx' ? '' : domain
}

const KINDS: ReadonlyMap<number, ValueKind> = new Map([
  [proto.TYPE.tensor, 'tensor'],
  [proto.TYPE.sequence, 'sequence'],
  [proto.TYPE.map, 'map'],
  [proto.TYPE.sparseTensor, 'sparse tensor'],
  [proto.TYPE.optional, 'optional'],
])

function readValue(file: WireFile, value: WireField): ValueSummary {
  let summary: ValueSummary = {
    name: '',
    kind: 'value without a type',
    elementType: 0,
    rank: undefined,
    field: value,
  }
  for (const field of file.fields(value.valueStart, value.end)) {
    if (field.number === proto.VALUE_INFO.name) summary = { ...summary, name: file.text(field) }
    if (field.number === proto.VALUE_INFO.type) summary = { ...summary, ...readType(file, field) }
  }
  return summary
}

function readType(file: WireFile, type: WireField): Partial<ValueSummary> {
  for (const field of file.fields(type.valueStart, type.end)) {
    const kind = KINDS.get(field.number)
    if (kind === 'tensor') return { kind, ...readTensorType(file, field) }
    if (kind !== undefined) return { kind }
  }
  return {}
}

function readTensorType(file: WireFile, type: WireField): Pick<ValueSummary, 'elementType' | 'rank'> {
  let elementType = 0
  let rank: number | undefined
  for (const field of file.fields(type.valueStart, type.end)) {
    if (field.number === proto.TENSOR_TYPE.elementType) elementType = file.int(field)
    if (field.number === proto.TENSOR_TYPE.shape) rank = [...file.fields(field.valueStart, field.end)].length
  }
  return { elementType, rank }
}
