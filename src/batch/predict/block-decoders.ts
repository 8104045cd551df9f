import { readFile } from 'node:fs/promises'
import { internalError } from '../../core/errors.ts'
import type { BatchCodec } from '../../protocols/mlflow-scoring/batch-codec.ts'
import { readJson } from '../../protocols/mlflow-scoring/json/read-json.ts'
import type { PyValue } from '../../protocols/mlflow-scoring/python/python-value.ts'
import type { DecodedScoringRequest, ScoringMediaType } from '../../protocols/mlflow-scoring/scoring-codec.ts'
import { elementsOf } from '../input/json/cut-lines.ts'
import type { JsonEnvelope } from '../input/json/json-blocks.ts'
import { type Job, type Reading, readsAllColumns } from '../job.ts'
import type { BlockDecoder, ContentOf } from './block-decoder.ts'
import { CsvBlockDecoder } from './csv-block-decoder.ts'
import { decodeElements } from './decode-elements.ts'
import { FrameRows } from './frame-rows.ts'
import { JsonRows } from './json-rows.ts'
import { LineRows } from './line-rows.ts'
import { revivedFrame } from './revived-frame.ts'

const SPACE = 0x20

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
    case 'lines':
      return new LinesDecoder(codec, input.envelope)
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

  decode({ elements }: ContentOf<'json'>): Promise<DecodedScoringRequest> {
    return decodeElements(this.#codec, this.#envelope, elements)
  }

  rows({ elements }: ContentOf<'json'>): JsonRows {
    return new JsonRows(elements)
  }
}

class LinesDecoder extends SelfContained implements BlockDecoder<ContentOf<'lines'>> {
  readonly #codec: BatchCodec
  readonly #envelope: JsonEnvelope

  constructor(codec: BatchCodec, envelope: JsonEnvelope) {
    super()
    this.#codec = codec
    this.#envelope = envelope
  }

  async decode({ bytes }: ContentOf<'lines'>): Promise<DecodedScoringRequest> {
    // A copy: the block may have to be read again, and its memory is the main thread's.
    const elements = elementsOf(Uint8Array.from(trimmed(bytes)), 0)
    return decodeElements(this.#codec, this.#envelope, elements)
  }

  rows(content: ContentOf<'lines'>): LineRows {
    return new LineRows(content)
  }
}

/** Without the white space at the end, of which a line's end is part. */
function trimmed(bytes: Uint8Array): Uint8Array {
  let end = bytes.length
  while (end > 0 && bytes[end - 1]! <= SPACE) end -= 1
  return bytes.subarray(0, end)
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
    return this.#codec.decodeFrame(revivedFrame(frame), this.#params)
  }

  rows({ frame }: ContentOf<'frame'>): FrameRows {
    return new FrameRows(revivedFrame(frame))
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
