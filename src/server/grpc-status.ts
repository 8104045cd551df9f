import type { ErrorCode } from '../core/errors.ts'

/** Status codes of gRPC (its "Status codes and their use in gRPC"). */
export const GRPC = {
  ok: 0,
  cancelled: 1,
  invalidArgument: 3,
  deadlineExceeded: 4,
  notFound: 5,
  alreadyExists: 6,
  permissionDenied: 7,
  resourceExhausted: 8,
  failedPrecondition: 9,
  aborted: 10,
  unimplemented: 12,
  internal: 13,
  unavailable: 14,
  unauthenticated: 16,
} as const

/** The status of each code. */
export const GRPC_STATUS: Readonly<Record<ErrorCode, number>> = {
  BAD_REQUEST: GRPC.invalidArgument,
  INVALID_PARAMETER_VALUE: GRPC.invalidArgument,
  RESOURCE_ALREADY_EXISTS: GRPC.alreadyExists,
  UNAUTHENTICATED: GRPC.unauthenticated,
  PERMISSION_DENIED: GRPC.permissionDenied,
  RESOURCE_DOES_NOT_EXIST: GRPC.notFound,
  ENDPOINT_NOT_FOUND: GRPC.unimplemented,
  RESOURCE_CONFLICT: GRPC.aborted,
  REQUEST_LIMIT_EXCEEDED: GRPC.resourceExhausted,
  RESOURCE_EXHAUSTED: GRPC.resourceExhausted,
  CANCELLED: GRPC.cancelled,
  INTERNAL_ERROR: GRPC.internal,
  INVALID_STATE: GRPC.failedPrecondition,
  NOT_IMPLEMENTED: GRPC.unimplemented,
  TEMPORARILY_UNAVAILABLE: GRPC.unavailable,
  DEADLINE_EXCEEDED: GRPC.deadlineExceeded,
}
