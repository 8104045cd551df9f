import type { OutputMetadata } from '../../core/predictor.ts'
import type { BatchCodec } from '../../protocols/mlflow-scoring/batch-codec.ts'
import type { OutputSpec, Reading } from '../job.ts'
import type { BlockEncoder } from './block-encoder.ts'
import { DocumentEncoder, JsonEncoder } from './json-encoder.ts'
import { LineEncoder } from './line-encoder.ts'
import { CsvLines, JsonLines } from './line-formats.ts'
import { OutputNames } from './output-names.ts'
import { TableEncoder } from './table-encoder.ts'

export interface BlockEncoderInit {
  readonly reading: Reading
  readonly output: OutputSpec
  readonly codec: BatchCodec
  /** The model's own. */
  readonly outputs: readonly OutputMetadata[]
}

/** The encoder of a run's predictions. */
export function blockEncoderFor({ reading, output, codec, outputs }: BlockEncoderInit): BlockEncoder {
  const { format, append } = output
  const { input, isWhole } = reading
  const names = new OutputNames(outputs, append ? columnNames(reading) : [])
  switch (format) {
    case 'json':
      return isWhole ? new DocumentEncoder(codec) : new JsonEncoder(codec)
    case 'csv':
      return new LineEncoder({
        format: new CsvLines(names, input.kind === 'csv' ? input.header : undefined),
        names,
        append,
      })
    case 'jsonl':
      return new LineEncoder({ format: new JsonLines(names), names, append })
    default:
      return new TableEncoder({ names, append })
  }
}

/** Names of the input's columns; of records, which need not all have the same, those that matter here. */
function columnNames({ input, taken = [] }: Reading): readonly string[] {
  if (input.kind === 'csv') return input.layout.names
  return input.kind === 'frame' ? input.names : taken
}
