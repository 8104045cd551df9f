import { shortened } from './shortened.ts'

/**
 * Every failure that a caller may see. Codes are MLflow's (`mlflow/protos/databricks.proto`, MLflow 3.17.2);
 * the transports turn them into a status and a body of their dialect.
 */
export const ERROR_CODES = [
  'BAD_REQUEST',
  'INVALID_PARAMETER_VALUE',
  'RESOURCE_DOES_NOT_EXIST',
  'RESOURCE_ALREADY_EXISTS',
  'RESOURCE_CONFLICT',
  'ENDPOINT_NOT_FOUND',
  'PERMISSION_DENIED',
  'UNAUTHENTICATED',
  'REQUEST_LIMIT_EXCEEDED',
  'RESOURCE_EXHAUSTED',
  'CANCELLED',
  'DEADLINE_EXCEEDED',
  'TEMPORARILY_UNAVAILABLE',
  'INVALID_STATE',
  'NOT_IMPLEMENTED',
  'INTERNAL_ERROR',
] as const

export type ErrorCode = (typeof ERROR_CODES)[number]

/** MLflow's finer class of an error, shown beside the code since MLflow 3.11. */
export type ErrorClass =
  | 'INVALID_PARAMETER_VALUE'
  | 'SCHEMA_ENFORCEMENT_FAILED'
  | 'RESOURCE_NOT_FOUND'
  | 'RESOURCE_ALREADY_EXISTS'
  | 'ATTRIBUTE_NOT_FOUND'
  | 'CLIENT_INTERNAL_ERROR'

/** Facts about a failure for logs and programs: which model, input, column or file. */
export type ErrorDetails = Readonly<Record<string, string | number | boolean | readonly string[]>>

export interface ServingErrorInit {
  readonly errorClass?: ErrorClass
  readonly details?: ErrorDetails
  readonly cause?: unknown
  /** The client may send the same request again, after this many seconds where it is a number. */
  readonly retryAfterSeconds?: number
}

/** The one error class of Headrace. Build it with one of the functions below, one for each case. */
export class ServingError extends Error {
  override readonly name = 'ServingError'
  readonly code: ErrorCode
  readonly errorClass: ErrorClass | undefined
  readonly details: ErrorDetails
  readonly retryAfterSeconds: number | undefined

  constructor(code: ErrorCode, message: string, init: ServingErrorInit = {}) {
    super(message, init.cause === undefined ? undefined : { cause: init.cause })
    this.code = code
    this.errorClass = init.errorClass
    this.details = init.details ?? {}
    this.retryAfterSeconds = init.retryAfterSeconds
  }
}

/** What survives `postMessage`, which keeps only the message of an Error. */
export interface SerializedError {
  readonly code: ErrorCode
  readonly message: string
  readonly errorClass?: ErrorClass
  readonly details: ErrorDetails
  readonly retryAfterSeconds?: number
}

export function serializeError(error: unknown): SerializedError {
  const known = error instanceof ServingError ? error : internalError(messageOf(error), error)
  return {
    code: known.code,
    message: known.message,
    details: known.details,
    ...(known.errorClass === undefined ? {} : { errorClass: known.errorClass }),
    ...(known.retryAfterSeconds === undefined ? {} : { retryAfterSeconds: known.retryAfterSeconds }),
  }
}

export function deserializeError(sent: SerializedError): ServingError {
  return new ServingError(sent.code, sent.message, sent)
}

/** The text of anything that was thrown. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown)
}

/** The request cannot be read: not JSON, not one of the four forms, a value that cannot be cast. */
export function badRequest(message: string, details: ErrorDetails = {}): ServingError {
  return new ServingError('BAD_REQUEST', message, { errorClass: 'INVALID_PARAMETER_VALUE', details })
}

/** A parameter, argument or field has a value that it may not have. */
export function invalidParameter(message: string, details: ErrorDetails = {}): ServingError {
  return new ServingError('INVALID_PARAMETER_VALUE', message, {
    errorClass: 'INVALID_PARAMETER_VALUE',
    details,
  })
}

/** The request can be read but does not fit the model's signature. */
export function schemaEnforcementFailed(message: string, details: ErrorDetails = {}): ServingError {
  return new ServingError('INVALID_PARAMETER_VALUE', message, {
    errorClass: 'SCHEMA_ENFORCEMENT_FAILED',
    details,
  })
}

/** The model refused these inputs, or failed on them (in MLflow 400 as well: the input decides). */
export function modelFailed(message: string, init: ServingErrorInit = {}): ServingError {
  return new ServingError('BAD_REQUEST', message, { errorClass: 'INVALID_PARAMETER_VALUE', ...init })
}

/** MLflow 3.17.2's text for any failure inside a model (`mlflow/pyfunc/scoring_server/__init__.py`). */
const EVALUATION_FAILED =
  'Encountered an unexpected error while evaluating the model. Verify that the serialized input Dataframe is ' +
  'compatible with the model for inference.'

/** `modelFailed` in MLflow's words; `reason` is a sentence for whoever sent the inputs. */
export function evaluationFailed(reason: string, cause?: unknown): ServingError {
  return modelFailed(`${EVALUATION_FAILED} ${reason}`, {
    details: { reason },
    ...(cause === undefined ? {} : { cause }),
  })
}

/** A model, version, alias, run or file that is not there. */
export function notFound(message: string, details: ErrorDetails = {}): ServingError {
  return new ServingError('RESOURCE_DOES_NOT_EXIST', message, { errorClass: 'RESOURCE_NOT_FOUND', details })
}

/** A path that this server has nothing at. */
export function routeNotFound(message: string): ServingError {
  return new ServingError('ENDPOINT_NOT_FOUND', message)
}

export function alreadyExists(message: string, details: ErrorDetails = {}): ServingError {
  return new ServingError('RESOURCE_ALREADY_EXISTS', message, {
    errorClass: 'RESOURCE_ALREADY_EXISTS',
    details,
  })
}

/** What is wanted cannot be done beside what is being done with the same thing. */
export function conflict(message: string, details: ErrorDetails = {}): ServingError {
  return new ServingError('RESOURCE_CONFLICT', message, { details })
}

/** The model's files are missing, broken, unsafe or of a kind that Headrace cannot serve. */
export function invalidModel(message: string, init: ServingErrorInit = {}): ServingError {
  return new ServingError('INVALID_PARAMETER_VALUE', shortened(message), {
    errorClass: 'INVALID_PARAMETER_VALUE',
    ...init,
  })
}

/** Refused before any work was done: more is waiting than can be answered in time. */
export function overloaded(
  message: string,
  retryAfterSeconds: number,
  details: ErrorDetails = {},
): ServingError {
  return new ServingError('TEMPORARILY_UNAVAILABLE', message, { retryAfterSeconds, details })
}

/** Refused before any work was done: this caller holds more than its share of the queue. */
export function shareExceeded(
  message: string,
  retryAfterSeconds: number,
  details: ErrorDetails = {},
): ServingError {
  return new ServingError('REQUEST_LIMIT_EXCEEDED', message, { retryAfterSeconds, details })
}

/** Whether something was thrown for a request that was refused before any work was done. */
export function isRefusal(thrown: unknown): thrown is ServingError {
  return thrown instanceof ServingError && thrown.details['refused'] !== undefined
}

/** The thread that ran a request died under it, which another request in the same run may have caused. */
export function workerDied(message: string, cause?: unknown): ServingError {
  return unavailable(message, { details: { workerDied: true }, ...(cause === undefined ? {} : { cause }) })
}

/** Whether something was thrown for a thread that died under its run. */
export function isWorkerDeath(thrown: unknown): thrown is ServingError {
  return thrown instanceof ServingError && thrown.details['workerDied'] === true
}

/** Not served just now (loading, draining, a worker died): the same request may succeed later. */
export function unavailable(message: string, init: ServingErrorInit = {}): ServingError {
  return new ServingError('TEMPORARILY_UNAVAILABLE', message, { retryAfterSeconds: 1, ...init })
}

export function deadlineExceeded(message: string, details: ErrorDetails = {}): ServingError {
  return new ServingError('DEADLINE_EXCEEDED', message, { details })
}

/** The caller went away or took the request back. */
export function cancelled(message: string): ServingError {
  return new ServingError('CANCELLED', message)
}

export function unauthenticated(message: string): ServingError {
  return new ServingError('UNAUTHENTICATED', message)
}

/** The caller is known and may not have this. */
export function permissionDenied(message: string): ServingError {
  return new ServingError('PERMISSION_DENIED', message)
}

/**
 * Another server could not be reached, or answered only that it cannot just now: what was fetched from it earlier
 * may do instead. `retryAfterSeconds` is what that server asked for.
 */
export function unreachable(message: string, init: ServingErrorInit = {}): ServingError {
  return new ServingError('TEMPORARILY_UNAVAILABLE', message, {
    ...init,
    details: { ...init.details, unreachable: true },
  })
}

/** Whether something was thrown for a server that could not be reached. */
export function isUnreachable(thrown: unknown): thrown is ServingError {
  return thrown instanceof ServingError && thrown.details['unreachable'] === true
}

/** No room left on a disk, or in a quota. */
export function resourceExhausted(message: string, cause?: unknown): ServingError {
  return new ServingError('RESOURCE_EXHAUSTED', message, cause === undefined ? {} : { cause })
}

/** Something MLflow or the protocol has and Headrace does not (yet). */
export function notImplemented(message: string): ServingError {
  return new ServingError('NOT_IMPLEMENTED', message)
}

/** A broken invariant: a defect of Headrace, never of the request. */
export function internalError(message: string, cause?: unknown): ServingError {
  return new ServingError('INTERNAL_ERROR', message, {
    errorClass: 'CLIENT_INTERNAL_ERROR',
    ...(cause === undefined ? {} : { cause }),
  })
}

/** What is wanted cannot be done in the state that something is in. In MLflow 500, as it has no better code. */
export function invalidState(message: string, details: ErrorDetails = {}): ServingError {
  return new ServingError('INVALID_STATE', message, { errorClass: 'CLIENT_INTERNAL_ERROR', details })
}

/** A database that Headrace cannot use: made by an unknown version, damaged, or not readable here. */
export function unusableDatabase(message: string, cause?: unknown): ServingError {
  return new ServingError('INVALID_STATE', message, cause === undefined ? {} : { cause })
}

/** A folder of downloaded models that cannot be read, written or locked here. */
export function unusableCache(message: string, cause?: unknown): ServingError {
  return new ServingError('INVALID_STATE', message, cause === undefined ? {} : { cause })
}

/** A file with a key that cannot be read or kept here, or that others than its owner may read. */
export function unusableKey(message: string, cause?: unknown): ServingError {
  return new ServingError('INVALID_STATE', message, cause === undefined ? {} : { cause })
}

/** A file or folder of the user's that cannot be read or written, or that changes while it is read. */
export function unusableFile(message: string, cause?: unknown): ServingError {
  return new ServingError('INVALID_STATE', message, cause === undefined ? {} : { cause })
}

/** Something that this machine would have to have for what is wanted: a program, a package, files that a build makes. */
export function notInstalled(message: string, cause?: unknown): ServingError {
  return new ServingError('INVALID_STATE', message, cause === undefined ? {} : { cause })
}
