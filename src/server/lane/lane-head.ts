import type { Exchange } from '../exchange.ts'
import type { RequestHead } from '../request-head.ts'

/** Answers an exchange whose whole body is there; never throws or rejects. */
export type LaneAnswer = (exchange: Exchange) => void

/** Which paths are answered in the lane: what is given is the whole of a request's target. */
export type LaneRoutes = (path: string) => LaneAnswer | undefined

/** What stands before the body of a request that the lane takes. Shared by all requests that begin with the same bytes. */
export interface LaneHead extends RequestHead {
  /** Of the body; read by the lane in place of the header's text. */
  readonly contentLength: number
  readonly answer: LaneAnswer
  /** The head as it was sent, to the empty line at its end. */
  readonly octets: Buffer
  /** Another request is likely to begin with the same bytes. */
  readonly recurs: boolean
}
