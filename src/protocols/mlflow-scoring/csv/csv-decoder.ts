import type { Parameters } from '../../../core/inference.ts'
import type { TensorMetadata } from '../../../core/predictor.ts'
import type { Schema } from '../../../signature/model-signature.ts'
import type { CsvDecoder } from '../batch-codec.ts'
import { CsvFastPath } from '../fast/csv-fast-path.ts'
import type { Frame } from '../frame.ts'
import type { DecodedScoringRequest } from '../scoring-codec.ts'
import type { CsvBlock } from './csv-block.ts'
import { CsvBlockReader, type SeenColumns } from './csv-block-reader.ts'
import type { CsvLayout } from './csv-layout.ts'
import { planCsv } from './csv-plan.ts'

export interface CompiledCsvInit {
  readonly layout: CsvLayout
  readonly seen: SeenColumns | undefined
  readonly schema: Schema | undefined
  readonly inputs: readonly TensorMetadata[]
  readonly parameters: Parameters
  /** The general way from a frame to a request. */
  readonly decodeFrame: (frame: Frame) => DecodedScoringRequest
}

/** @see CsvDecoder. Compiled for one file and one model. */
export class CompiledCsvDecoder implements CsvDecoder {
  readonly #init: CompiledCsvInit
  readonly #reader: CsvBlockReader
  readonly #fast: CsvFastPath | undefined

  constructor(init: CompiledCsvInit) {
    const { layout, schema, seen, inputs } = init
    this.#init = init
    this.#reader = new CsvBlockReader(layout, planCsv(layout, schema), seen)
    this.#fast = CsvFastPath.compile(layout, schema, inputs)
  }

  get needsWholeFile(): boolean {
    return this.#reader.needsWholeFile
  }

  look(block: CsvBlock): SeenColumns {
    return this.#reader.look(block)
  }

  decode(block: CsvBlock): DecodedScoringRequest {
    const inputs = this.#fast?.decode(block.bytes)
    if (inputs === undefined) return this.#init.decodeFrame(this.#reader.read(block))
    return { request: { inputs, parameters: this.#init.parameters }, form: 'records' }
  }
}
