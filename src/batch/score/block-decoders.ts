import { readFile } from 'node:fs/promises'
import { internalError } from '../../core/errors.ts'
import type { BatchCodec } from '../../protocols/mlflow-scoring/batch-codec.ts'
import { readJson } from '../../protocols/mlflow-scoring/json/read-json.ts'
import type { PyValue } from '../../protocols/mlflow-scoring/python/python-value.ts'
import type { DecodedScoringRequest, ScoringMediaType } from '../../protocols/mlflow-scoring/scoring-codec.ts'
import { type Job, type Reading, readsAllColumns } from '../job.ts'
import type { JsonEnvelope } from '../json/json-blocks.ts'
import { wrapElements } from '../json/wrap-elements.ts'
import type { BlockDecoder, ContentOf } from './block-decoder.ts'
import { CsvBlockDecoder } from './csv-block-decoder.ts'
import { FrameRows } from './frame-rows.ts'
import { JsonRows } from './json-rows.ts'

/** The decoder of a run's blocks. @throws ServingError where the input as a whole does not fit the model. */
export async function blockDecoderFor(
  job: Job,
  { input, seen }: Reading,
  codec: BatchCodec,
): Promise<BlockDecoder> {
  const { output, mlmodel } = job
  const params = job.params === undefined ? undefined : readJson(job.params)
  switch (input.kind) {
    case 'csv':
      return CsvBlockDecoder.create({
        codec,
        schema: mlmodel.signature?.inputs,
        layout: input.layout,
        params,
        readsAll: readsAllColumns(output),
        seen,
      })
    case 'json':
      return new JsonBlockDecoder(codec, input.envelope)
    case 'frame':
      return new FrameDecoder(codec, params)
    default:
      return new DocumentDecoder(codec, input.mediaType)
  }
}

/** Kinds of input of which every block says all that has to be known to read it. */
class SelfContained {
  look(): never {
    throw internalError('Blocks of this kind need not be looked at.')
  }
}

class JsonBlockDecoder extends SelfContained implements BlockDecoder<ContentOf<'json'>> {
  readonly #codec: BatchCodec
  readonly #envelope: JsonEnvelope

  constructor(codec: BatchCodec, envelope: JsonEnvelope) {
    super()
    this.#codec = codec
    this.#envelope = envelope
  }

  decode({ elements }: ContentOf<'json'>): DecodedScoringRequest | Promise<DecodedScoringRequest> {
    return this.#codec.decode(wrapElements(this.#envelope, elements), 'application/json')
  }

  rows(content: ContentOf<'json'>): JsonRows {
    return new JsonRows(content)
  }
}

class FrameDecoder extends SelfContained implements BlockDecoder<ContentOf<'frame'>> {
  readonly #codec: BatchCodec
  readonly #params: PyValue | undefined

  constructor(codec: BatchCodec, params: PyValue | undefined) {
    super()
    this.#codec = codec
    this.#params = params
  }

  decode({ frame }: ContentOf<'frame'>): DecodedScoringRequest {
    return this.#codec.decodeFrame(frame, this.#params)
  }

  rows({ frame }: ContentOf<'frame'>): FrameRows {
    return new FrameRows(frame)
  }
}

/** Reads the whole input as the body of one request. */
class DocumentDecoder extends SelfContained implements BlockDecoder<ContentOf<'document'>> {
  readonly #codec: BatchCodec
  readonly #mediaType: ScoringMediaType

  constructor(codec: BatchCodec, mediaType: ScoringMediaType) {
    super()
    this.#codec = codec
    this.#mediaType = mediaType
  }

  async decode({ path }: ContentOf<'document'>): Promise<DecodedScoringRequest> {
    return this.#codec.decode(await readFile(path), this.#mediaType)
  }

  rows(): undefined {
    return undefined
  }
}
