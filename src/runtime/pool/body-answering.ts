import { performance } from 'node:perf_hooks'
import { getHeapStatistics } from 'node:v8'
import { badRequest, type ServingError } from '../../core/errors.ts'
import type { Predictor } from '../../core/predictor.ts'
import { rowCount } from '../../core/tensor-rows.ts'
import type { PreparedModel } from '../../flavors/flavor.ts'
import { scoringHabits } from '../../flavors/scoring-habits.ts'
import { compileScoringCodec } from '../../protocols/mlflow-scoring/compile-scoring-codec.ts'
import type { ScoringCodec, ScoringMediaType } from '../../protocols/mlflow-scoring/scoring-codec.ts'
import type { BodyReply } from './worker-messages.ts'

/** The most bytes of JavaScript heap that a byte of a body may turn into: JSON of very many empty objects. */
const HEAP_BYTES_A_BYTE = 20
/** What the thread needs beside. */
const HEAP_OF_ITS_OWN = 64 * 1024 * 1024

/** Answers request bodies in the thread of the model, with the codec that the serving thread has too. */
export class BodyAnswering {
  readonly #predictor: Predictor
  readonly #codec: ScoringCodec
  /** Larger bodies might fill the heap within one call of a reader, of which V8 lets the whole process die. */
  readonly #mostBytes = (getHeapStatistics().heap_size_limit - HEAP_OF_ITS_OWN) / HEAP_BYTES_A_BYTE

  constructor(mlmodel: PreparedModel, predictor: Predictor) {
    const { inputs, outputs } = predictor
    const { signature } = mlmodel
    this.#predictor = predictor
    this.#codec = compileScoringCodec({ signature, inputs, outputs, ...scoringHabits(mlmodel) })
  }

  /** @throws ServingError what the codec and the predictor throw. */
  async answer(body: Uint8Array, mediaType: ScoringMediaType): Promise<Omit<BodyReply, 'status'>> {
    if (body.length > this.#mostBytes) throw tooLarge(body.length)
    const begunAt = performance.now()
    const { request, form } = await this.#codec.decode(body, mediaType)
    const { inputs, parameters, outputs } = request
    const decodedAt = performance.now()
    const tensors = await this.#predictor.predict(inputs, {
      parameters,
      ...(outputs === undefined ? {} : { outputs }),
    })
    const computedAt = performance.now()
    const text = octetsOf(this.#codec.encode(tensors, form))
    return {
      text,
      rows: rowCount(inputs),
      parseMs: decodedAt - begunAt,
      computeMs: computedAt - decodedAt,
      serialiseMs: performance.now() - computedAt,
    }
  }
}

function tooLarge(bytes: number): ServingError {
  return badRequest(`A body of ${bytes} bytes may need more memory to be read than a worker thread has.`)
}

/** UTF-8 in memory of its own, so that it can be transferred. */
function octetsOf(text: string): Uint8Array<ArrayBuffer> {
  const octets = new Uint8Array(new ArrayBuffer(Buffer.byteLength(text)))
  Buffer.from(octets.buffer).write(text)
  return octets
}
