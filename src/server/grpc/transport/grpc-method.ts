import type { GrpcCall } from './grpc-call.ts'
import type { GrpcRequest } from './grpc-request.ts'

/** A method that answers each message by one. */
export interface UnaryMethod {
  readonly kind: 'unary'
  /** It needs no API key. */
  readonly open?: true
  /** Answers the request; what it throws is answered as an error. */
  answer(request: GrpcRequest, message: Buffer, call: GrpcCall): void | Promise<void>
}

/** A method that reads and writes messages as it likes. */
export interface StreamMethod {
  readonly kind: 'stream'
  begin(call: GrpcCall): void
}

export type GrpcMethod = UnaryMethod | StreamMethod

/** By their paths: `/package.Service/Method`. */
export type GrpcMethods = ReadonlyMap<string, GrpcMethod>
