import type { TensorMap } from '../../core/tensor.ts'
import { csvField } from '../../protocols/mlflow-scoring/reply/csv-text.ts'
import { RowEncoder, type RowWriter } from '../../protocols/mlflow-scoring/reply/row-encoder.ts'
import type { TextBuffer } from '../../protocols/mlflow-scoring/reply/text-buffer.ts'
import type { BlockRows } from './block-rows.ts'
import type { HeaderInit, Line, LineFormat } from './line-encoder.ts'
import type { OutputNames } from './output-names.ts'

/** CSV as `pandas.DataFrame.to_csv` writes it. */
export class CsvLines implements LineFormat {
  readonly #rows: RowEncoder
  readonly #inputHeader: string | undefined

  /** @param inputHeader as it stands in the input, where that is CSV. */
  constructor({ outputs }: OutputNames, inputHeader: string | undefined) {
    this.#rows = new RowEncoder(outputs)
    this.#inputHeader = inputHeader
  }

  header({ outputs, rows, input }: HeaderInit): string {
    const columns = input === undefined ? '' : `${this.#inputHeader ?? namesOf(input)},`
    return `${columns}${this.#rows.csvHeader(outputs, rows)}\n`
  }

  predictions(outputs: TensorMap, rows: number, out: TextBuffer): RowWriter {
    return this.#rows.csvRows(outputs, rows, out)
  }

  input(rows: BlockRows, row: number): string | undefined {
    return rows.csvOf(row)
  }

  line({ input, row, predictions }: Line, out: TextBuffer): void {
    if (input !== undefined) out.utf8(`${input},`)
    predictions(row)
  }
}

function namesOf(input: BlockRows): string {
  return (input.columns()?.columns ?? []).map(({ name }) => csvField(String(name))).join(',')
}

/** JSON Lines: one of MLflow's records on each line. */
export class JsonLines implements LineFormat {
  readonly #rows: RowEncoder

  constructor({ outputs }: OutputNames) {
    this.#rows = new RowEncoder(outputs)
  }

  header(): string {
    return ''
  }

  predictions(outputs: TensorMap, rows: number, out: TextBuffer): RowWriter {
    return this.#rows.jsonMembers(outputs, rows, out)
  }

  input(rows: BlockRows, row: number): string | undefined {
    return rows.jsonOf(row)
  }

  line({ input, row, predictions }: Line, out: TextBuffer): void {
    out.ascii('{')
    if (input !== undefined && input !== '') out.utf8(`${input}, `)
    predictions(row)
    out.ascii('}')
  }
}
