import { performance } from 'node:perf_hooks'
import { getHeapStatistics } from 'node:v8'
import { badRequest, type ServingError } from '../../core/errors.ts'
import type { Predictor } from '../../core/predictor.ts'
import { rowCount } from '../../core/tensor-rows.ts'
import type { PreparedModel } from '../../flavors/flavor.ts'
import type { BodyDialect } from '../body-scorer.ts'
import { BodyCodecs } from './body-codecs.ts'
import type { BodyReply } from './worker-messages.ts'

/** The most bytes of JavaScript heap that a byte of a body may turn into: JSON of very many empty objects. */
const HEAP_BYTES_A_BYTE = 20
/** What the thread needs beside. */
const HEAP_OF_ITS_OWN = 64 * 1024 * 1024

/** Answers request bodies in the thread of the model, with the codecs that the serving thread has too. */
export class BodyAnswering {
  readonly #predictor: Predictor
  readonly #codecs: BodyCodecs
  /** Larger bodies might fill the heap within one call of a reader, of which V8 lets the whole process die. */
  readonly #mostBytes = (getHeapStatistics().heap_size_limit - HEAP_OF_ITS_OWN) / HEAP_BYTES_A_BYTE

  constructor(mlmodel: PreparedModel, predictor: Predictor) {
    this.#predictor = predictor
    this.#codecs = new BodyCodecs(mlmodel, predictor)
  }

  /** @throws ServingError what the codec and the predictor throw. */
  async answer(body: Uint8Array, dialect: BodyDialect): Promise<Omit<BodyReply, 'status'>> {
    if (body.length > this.#mostBytes) throw tooLarge(body.length)
    const begunAt = performance.now()
    const read = await this.#codecs.read(body, dialect)
    const { inputs, parameters, outputs } = read.request
    const decodedAt = performance.now()
    const tensors = await this.#predictor.predict(inputs, {
      parameters,
      ...(outputs === undefined ? {} : { outputs }),
    })
    const computedAt = performance.now()
    const scored = read.encode(tensors)
    return {
      body: scored,
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
