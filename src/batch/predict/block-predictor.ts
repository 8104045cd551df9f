import { deserialize } from 'node:v8'
import type { OutputMetadata, Predictor } from '../../core/predictor.ts'
import { rowCount } from '../../core/tensor-rows.ts'
import { scoringHabits } from '../../flavors/scoring-habits.ts'
import type { BatchCodec } from '../../protocols/mlflow-scoring/batch-codec.ts'
import { compileScoringCodec } from '../../protocols/mlflow-scoring/compile-scoring-codec.ts'
import type { SeenColumns } from '../../protocols/mlflow-scoring/csv/csv-block-reader.ts'
import { loadFlavor } from '../../runtime/load-flavor.ts'
import type { BadRow, OpenedModel, PredictedBlock, SharedReading } from '../batch-messages.ts'
import type { BlockContent } from '../block.ts'
import type { Job, Reading } from '../job.ts'
import { BadRowSearch, type Predicted, type PredictedPart } from './bad-row-search.ts'
import type { BlockDecoder } from './block-decoder.ts'
import { blockDecoderFor } from './block-decoders.ts'
import type { BlockEncoder } from './block-encoder.ts'
import { blockEncoderFor } from './block-encoders.ts'
import type { BlockRows } from './block-rows.ts'
import { runInBatches } from './run-in-batches.ts'

interface BlockPredictorInit {
  readonly job: Job
  readonly predictor: Predictor
  readonly codec: BatchCodec
}

/** How blocks are read and written, set up for a reading. */
interface Coding {
  readonly decoder: BlockDecoder
  readonly encoder: BlockEncoder
  /** Rows have to be predicted together, so that none can be looked for that is bad by itself. */
  readonly isWhole: boolean
}

/** From blocks of the input to pieces of the output: one worker's part of a run, with a session of its own. */
export class BlockPredictor {
  readonly #init: BlockPredictorInit
  #coding: Promise<Coding> | undefined
  #codingId = 0

  /** @throws ServingError where the model cannot be opened */
  static async open(job: Job): Promise<BlockPredictor> {
    const { mlmodel, intraOpThreads, flavorTable } = job
    const flavor = await loadFlavor(mlmodel, flavorTable)
    const predictor = await flavor.load(mlmodel, { intraOpThreads })
    const { inputs, outputs } = predictor
    const codec = compileScoringCodec({
      ...{ signature: mlmodel.signature, inputs, outputs },
      ...scoringHabits(mlmodel),
    })
    return new BlockPredictor({ job, predictor, codec })
  }

  private constructor(init: BlockPredictorInit) {
    this.#init = init
  }

  get model(): OpenedModel {
    const { batchable, outputs } = this.#init.predictor
    return {
      batchable,
      outputs: outputs.map(({ name }) => name),
      rowValues: outputs.reduce((values, output) => values + rowValuesOf(output), 0),
    }
  }

  async look(content: BlockContent, reading: SharedReading): Promise<SeenColumns> {
    return (await this.#codingFor(reading)).decoder.look(content)
  }

  /** Rows that fail are among the reply. @throws ServingError where something else than a row is to blame */
  async predict(content: BlockContent, reading: SharedReading): Promise<PredictedBlock> {
    const { decoder, encoder, isWhole } = await this.#codingFor(reading)
    const rows = lazily(() => decoder.rows(content))
    const predict = (part: BlockContent): Promise<Predicted> => this.#predictRows(decoder, part)
    const single = isWhole ? () => undefined : rows
    const { parts, badRows, count } = await this.#predictAll(content, single, predict)
    const encoded = parts.length === 0 ? NOTHING : encoder.encode(parts, rows)
    return { rows: count, badRows, ...encoded }
  }

  #codingFor({ id, serialized }: SharedReading): Promise<Coding> {
    if (this.#coding === undefined || this.#codingId !== id) {
      this.#codingId = id
      this.#coding = this.#setUp(deserialize(Buffer.from(serialized)) as Reading)
    }
    return this.#coding
  }

  async #setUp(reading: Reading): Promise<Coding> {
    const { job, codec, predictor } = this.#init
    return {
      isWhole: reading.isWhole,
      decoder: await blockDecoderFor(job, reading, codec),
      encoder: blockEncoderFor({ reading, output: job.output, codec, outputs: predictor.outputs }),
    }
  }

  async #predictAll(
    content: BlockContent,
    rows: () => BlockRows | undefined,
    predict: (part: BlockContent) => Promise<Predicted>,
  ): Promise<BlockPredictions> {
    try {
      const predicted = await predict(content)
      return { parts: [{ ...predicted, from: 0 }], badRows: [], count: predicted.rows }
    } catch (error) {
      const single = rows()
      if (single === undefined || single.count === 0) throw error
      const search = new BadRowSearch({ rows: single, predict, keepGoing: this.#init.job.keepGoing })
      await search.search(0, single.count, error)
      return { parts: search.parts, badRows: search.badRows, count: single.count }
    }
  }

  async #predictRows(decoder: BlockDecoder, content: BlockContent): Promise<Predicted> {
    const { predictor, job } = this.#init
    const { request, form } = await decoder.decode(content)
    const { inputs, parameters } = request
    const outputs = await runInBatches(predictor, { inputs, parameters, batchRows: job.batchRows })
    return { rows: rowCount(inputs), outputs, form }
  }
}

interface BlockPredictions {
  readonly parts: readonly PredictedPart[]
  readonly badRows: readonly BadRow[]
  /** Rows of the block, bad ones included. */
  readonly count: number
}

/** All rows of a block are bad. */
const NOTHING = { shape: undefined, parts: [] }

/** Sizes that the file leaves open count as one. */
function rowValuesOf({ shape }: OutputMetadata): number {
  return shape.slice(1).reduce((values, size) => values * Math.max(1, size), 1)
}

function lazily<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined
  return () => {
    made ??= { value: make() }
    return made.value
  }
}
