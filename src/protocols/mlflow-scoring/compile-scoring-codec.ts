import { invalidModel } from '../../core/errors.ts'
import type { Parameters } from '../../core/inference.ts'
import type { OutputMetadata, TensorMetadata } from '../../core/predictor.ts'
import type { TensorMap } from '../../core/tensor.ts'
import type { ModelSignature, Schema } from '../../signature/model-signature.ts'
import { numberScanner } from '../json-numbers/number-scanner.ts'
import { Patience } from '../json-numbers/patience.ts'
import type { ScannedBody } from '../json-numbers/skeleton.ts'
import type { BatchCodec, CsvDecoder, CsvDecoderInit, ReplyItems } from './batch-codec.ts'
import type { CsvOptions } from './csv/read-csv.ts'
import { enforceColumnNames, enforceSchema } from './enforcement/enforce-schema.ts'
import { BodyPlans } from './fast/body-plans.ts'
import type { CsvBodyFastPath } from './fast/csv-body-fast-path.ts'
import { feedTensors } from './feed/feed-tensors.ts'
import { ArrayForms } from './forms/array-forms.ts'
import { bodyText, type Envelope, type FormName, readEnvelope } from './forms/envelope.ts'
import { recordsFrame, splitFrame } from './forms/frame-forms.ts'
import { type ParsedInput, rawValue } from './forms/parsed-input.ts'
import type { Frame } from './frame.ts'
import { isDtype } from './numpy/dtype.ts'
import { type LabelledFrame, withRowNumbers } from './pandas/labelled-frame.ts'
import { ParamsCheck } from './params.ts'
import { isDict, type PyValue } from './python/python-value.ts'
import { ItemsEncoder } from './reply/items-encoder.ts'
import { ReplyEncoder } from './reply/reply-encoder.ts'
import type { DecodedScoringRequest, JsonBodyDecoder, ReplyForm, ScoringMediaType } from './scoring-codec.ts'

export interface ScoringCodecInit {
  readonly signature: ModelSignature | undefined
  /** The model's own inputs and outputs, as its file states them. */
  readonly inputs: readonly TensorMetadata[]
  readonly outputs: readonly OutputMetadata[]
  /** Numbers of any dtype are cast to that of a model's input where they fit, as no flavor of MLflow's does. */
  readonly castsNumbers?: boolean
  /** A frame is answered with one record a row; as MLflow's onnx flavor does, with one a value, unless set. */
  readonly recordPerRow?: boolean
}

/**
 * The codec of MLflow's scoring protocol for one model: everything that the signature and the model decide is
 * decided here, once.
 * @throws ServingError INVALID_PARAMETER_VALUE for a signature with dtypes that no request can have.
 */
export function compileScoringCodec(init: ScoringCodecInit): BatchCodec & JsonBodyDecoder {
  checkDtypes(init.signature?.inputs)
  return new CompiledScoringCodec(init)
}

function checkDtypes(schema: Schema | undefined): void {
  if (schema?.kind !== 'tensors') return
  for (const { dtype, name } of schema.tensors) {
    if (!isDtype(dtype))
      throw invalidModel(`The signature's tensor '${name ?? ''}' has the unknown dtype '${dtype}'.`)
  }
}

class CompiledScoringCodec implements BatchCodec, JsonBodyDecoder {
  readonly #schema: Schema | undefined
  readonly #signature: ModelSignature | undefined
  readonly #inputs: readonly TensorMetadata[]
  readonly #arrays: ArrayForms
  readonly #params: ParamsCheck
  readonly #reply: ReplyEncoder
  readonly #outputs: readonly OutputMetadata[]
  readonly #castsNumbers: boolean
  readonly #recordPerRow: boolean
  /** Made when it is first wanted, since it holds memory. */
  #items: ItemsEncoder | undefined
  readonly #plans: BodyPlans | undefined
  readonly #patience = new Patience()
  /** Made with the first CSV body. */
  #csv: CsvBodyFastPath | 'none' | undefined

  constructor({ signature, inputs, outputs, castsNumbers = false, recordPerRow = false }: ScoringCodecInit) {
    this.#signature = signature
    this.#schema = signature?.inputs
    this.#inputs = inputs
    this.#arrays = new ArrayForms(this.#schema)
    this.#params = new ParamsCheck(signature?.params)
    this.#reply = new ReplyEncoder(outputs, { recordPerRow })
    this.#outputs = outputs
    this.#castsNumbers = castsNumbers
    this.#recordPerRow = recordPerRow
    this.#plans = signature?.fromTypeHint === true ? undefined : compilePlans(signature, inputs, castsNumbers)
  }

  decode(
    body: Uint8Array,
    mediaType: ScoringMediaType,
  ): DecodedScoringRequest | Promise<DecodedScoringRequest> {
    switch (mediaType) {
      case 'application/json':
        return this.#decodeJson(body)
      case 'text/csv':
        return this.#decodeCsv(body)
      default:
        return this.#decodeParquet(body)
    }
  }

  encode(outputs: TensorMap, form: ReplyForm): string {
    return this.#reply.encode(outputs, form)
  }

  encodeItems(outputs: TensorMap, form: ReplyForm, rows: number): ReplyItems {
    this.#items ??= new ItemsEncoder(this.#outputs, { recordPerRow: this.#recordPerRow })
    return this.#items.encode(outputs, form, rows)
  }

  #decodeJson(body: Uint8Array): DecodedScoringRequest {
    const scanned = this.#plans === undefined ? undefined : numberScanner().scan(body, this.#patience)
    return (scanned && this.decodeScanned(scanned)) ?? this.decodeUnscanned(body)
  }

  decodeScanned(scanned: ScannedBody): DecodedScoringRequest | undefined {
    const planned = this.#plans?.read(scanned, numberScanner())
    if (planned === undefined) return undefined
    const { inputs, params, isFrame } = planned
    return {
      request: { inputs, parameters: this.#params.check(params) },
      form: isFrame ? 'records' : 'tensors',
    }
  }

  decodeUnscanned(body: Uint8Array): DecodedScoringRequest {
    return this.#decodeExactly(bodyText(body))
  }

  #decodeExactly(text: string): DecodedScoringRequest {
    const envelope = readEnvelope(text, this.#signature?.params)
    const input = this.#parse(envelope)
    const decoded = this.#enforce(input)
    const parameters = this.#params.check(envelope.params)
    return this.#request(decoded, parameters, envelope.kind === 'llm')
  }

  #parse(envelope: Envelope): ParsedInput {
    if (envelope.kind === 'llm') return rawInput(envelope.data)
    if (this.#signature?.fromTypeHint === true) return rawInput(envelope.value)
    return this.#parseForm(envelope.form, envelope.value)
  }

  #parseForm(form: FormName, value: PyValue): ParsedInput {
    switch (form) {
      case 'dataframe_split':
        return { kind: 'frame', frame: splitFrame(value, this.#schema) }
      case 'dataframe_records':
        return { kind: 'frame', frame: recordsFrame(value, this.#schema) }
      case 'instances':
        return this.#arrays.instances(value)
      default:
        return this.#arrays.inputs(value)
    }
  }

  #enforce(input: ParsedInput): ParsedInput {
    return this.#schema === undefined ? input : enforceSchema(input, this.#schema)
  }

  #decodeCsv(body: Uint8Array): DecodedScoringRequest | Promise<DecodedScoringRequest> {
    const inputs = this.#csv === undefined || this.#csv === 'none' ? undefined : this.#csv.decode(body)
    if (inputs === undefined) return this.#decodeCsvExactly(body)
    return { request: { inputs, parameters: this.#params.check(undefined) }, form: 'records' }
  }

  /** What reads CSV is loaded with the first such body, so that a server of JSON alone does not pay for it. */
  async #decodeCsvExactly(body: Uint8Array): Promise<DecodedScoringRequest> {
    const { readCsv } = await import('./csv/read-csv.ts')
    this.#csv ??= await this.#compileCsv()
    return this.#decodeFrame(withRowNumbers(readCsv(body, csvOptions(this.#schema))))
  }

  async #compileCsv(): Promise<CsvBodyFastPath | 'none'> {
    const { CsvBodyFastPath } = await import('./fast/csv-body-fast-path.ts')
    return CsvBodyFastPath.compile(this.#schema, this.#inputs) ?? 'none'
  }

  async #decodeParquet(body: Uint8Array): Promise<DecodedScoringRequest> {
    const { readParquet } = await import('./parquet/read-parquet.ts')
    return this.#decodeFrame(await readParquet(body))
  }

  decodeFrame(frame: Frame, params?: PyValue): DecodedScoringRequest {
    return this.#decodeFrame(withRowNumbers(frame), params)
  }

  /** CSV and parquet bodies have no room for parameters. */
  #decodeFrame(frame: LabelledFrame, params?: PyValue): DecodedScoringRequest {
    const input = this.#enforce({ kind: 'frame', frame })
    return this.#request(input, this.#params.check(params), false)
  }

  async csvDecoder({ layout, seen, params }: CsvDecoderInit): Promise<CsvDecoder> {
    const { CompiledCsvDecoder } = await import('./csv/csv-decoder.ts')
    if (this.#schema !== undefined) enforceColumnNames(layout.names, this.#schema)
    return new CompiledCsvDecoder({
      layout,
      seen,
      schema: this.#schema,
      inputs: this.#inputs,
      parameters: this.#params.check(params),
      decodeFrame: (frame) => this.decodeFrame(frame, params),
    })
  }

  #request(input: ParsedInput, parameters: Parameters, bare: boolean): DecodedScoringRequest {
    const inputs = feedTensors(input, this.#inputs, this.#castsNumbers)
    const form = input.kind === 'frame' ? 'records' : 'tensors'
    return { request: { inputs, parameters }, form: bare ? `bare-${form}` : form }
  }
}

function compilePlans(
  signature: ModelSignature | undefined,
  inputs: readonly TensorMetadata[],
  castsNumbers: boolean,
): BodyPlans | undefined {
  const hasParams = signature?.params !== undefined
  return BodyPlans.compile({ schema: signature?.inputs, inputs, castsNumbers, hasParams })
}

/** Python objects as they came, for unified LLM requests and signatures made from type hints. */
function rawInput(value: PyValue): ParsedInput {
  if (!isDict(value)) return { kind: 'value', value: rawValue(value) }
  return { kind: 'dict', values: new Map(Array.from(value, ([key, item]) => [key, rawValue(item)])) }
}

function csvOptions(schema: Schema | undefined): CsvOptions {
  if (schema === undefined) return {}
  if (schema.kind === 'tensors') return { hasTensorSignature: true }
  const { columns } = schema
  const isNamed = columns[0]?.name !== undefined
  return {
    dtypes: isNamed
      ? new Map(columns.map(({ name, type }) => [name as string, type]))
      : new Map(columns.map(({ type }, position) => [position, type])),
  }
}
