import type { BodyDialect, ScoredBody } from '../runtime/body-scorer.ts'
import type { ServedModel } from '../runtime/served-model.ts'
import type { BodyCodec } from './body-codec.ts'
import type { Exchange } from './exchange.ts'

/** What one protocol does with the requests to models, each of a `Kind` that its headers tell. */
export interface ScoringDialect<Kind, Form, Reply> {
  /** A promise for the first requests to a model for which it is yet to be compiled. */
  codec(model: ServedModel): BodyCodec<Kind, Form, Reply> | Promise<BodyCodec<Kind, Form, Reply>>
  /** How much of a body is text, which takes time to read. */
  textBytes(body: Buffer, kind: Kind): number
  /** How a body is to be read where its model runs. */
  whole(model: ServedModel, kind: Kind): BodyDialect
  /** Of a body that was answered there. */
  replyOf(exchange: Exchange, scored: ScoredBody): Reply
  send(exchange: Exchange, reply: Reply): void
}
