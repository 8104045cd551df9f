import { ServingError } from '../../../core/errors.ts'
import type { TensorMetadata } from '../../../core/predictor.ts'
import type { TensorMap } from '../../../core/tensor.ts'
import type { Schema } from '../../../signature/model-signature.ts'
import { type CsvLayout, readCsvLayout } from '../csv/csv-layout.ts'
import { CsvFastPath } from './csv-fast-path.ts'

const LINE_FEED = 10
const QUOTE = 34
const NO_HEADER = Buffer.alloc(0)

/**
 * The fast path for a whole CSV body with a header, for a model whose columns are floats and doubles: what their cells mean
 * does not depend on the rest of the column. Clients send the same header again and again, so it is read when it changes.
 * Declines like the other fast paths: where it answers, it answers as the general path.
 */
export class CsvBodyFastPath {
  readonly #schema: Schema & { readonly kind: 'columns' }
  readonly #inputs: readonly TensorMetadata[]
  #header: Buffer = NO_HEADER
  #records: CsvFastPath | undefined

  private constructor(schema: Schema & { readonly kind: 'columns' }, inputs: readonly TensorMetadata[]) {
    this.#schema = schema
    this.#inputs = inputs
  }

  /** Undefined where the general path must look at every body. */
  static compile(schema: Schema | undefined, inputs: readonly TensorMetadata[]): CsvBodyFastPath | undefined {
    if (schema?.kind !== 'columns') return undefined
    const isFloats = schema.columns.every(({ type }) => type === 'double' || type === 'float')
    return isFloats ? new CsvBodyFastPath(schema, inputs) : undefined
  }

  /** @returns undefined where it declines. */
  decode(body: Uint8Array): TensorMap | undefined {
    const length = body.indexOf(LINE_FEED) + 1
    if (length === 0) return undefined
    const header = body.subarray(0, length)
    if (!this.#header.equals(header)) this.#read(Buffer.from(header))
    return this.#records?.decode(body.subarray(length))
  }

  /** @param header a copy, which does not keep the body in memory. */
  #read(header: Buffer): void {
    this.#header = header
    this.#records = undefined
    const layout = header.includes(QUOTE) ? undefined : layoutOf(header)
    if (layout === undefined || !this.#isWhole(layout, header)) return
    this.#records = CsvFastPath.compile(layout, this.#schema, this.#inputs)
  }

  /** The columns of the signature and no others, of which the general path would see more than whether they are there. */
  #isWhole({ names, headerBytes }: CsvLayout, header: Buffer): boolean {
    return headerBytes === header.length && names.length === this.#schema.columns.length
  }
}

/** Undefined for a line that is no header. */
function layoutOf(header: Buffer): CsvLayout | undefined {
  try {
    return readCsvLayout(header)
  } catch (error) {
    if (error instanceof ServingError) return undefined
    throw error
  }
}
