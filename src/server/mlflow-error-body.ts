import { asciiJson } from '../core/ascii-json.ts'
import type { ErrorClass, ErrorCode, ServingError } from '../core/errors.ts'

/** Longer messages are cut, so that a foreign request cannot make us repeat it at length. */
const MAX_MESSAGE_LENGTH = 8192

/** MLflow's SQLSTATE where the class decides it (`_ERROR_CLASS_TO_SQLSTATE`, MLflow 3.17.2). */
const SQLSTATE_OF_CLASS: Readonly<Partial<Record<ErrorClass, string>>> = {
  SCHEMA_ENFORCEMENT_FAILED: 'KAM01',
  ATTRIBUTE_NOT_FOUND: 'KAM04',
}

/** … and elsewhere by the code (`_CLIENT_ERROR_CODE_TO_SQLSTATE`); codes not named have none. */
const SQLSTATE_OF_CODE: Readonly<Partial<Record<ErrorCode, string>>> = {
  BAD_REQUEST: 'KAM00',
  ENDPOINT_NOT_FOUND: 'KAM00',
  INTERNAL_ERROR: 'XXM00',
  INVALID_PARAMETER_VALUE: 'KAM00',
  INVALID_STATE: 'XXM00',
  PERMISSION_DENIED: 'KAM00',
  RESOURCE_ALREADY_EXISTS: 'KAM00',
  RESOURCE_DOES_NOT_EXIST: 'KAM00',
  TEMPORARILY_UNAVAILABLE: 'XXM00',
}

/** `_CLIENT_ERROR_CODE_TO_ERROR_CLASS`: the class of an error that names none. */
const CLASS_OF_CODE: Readonly<Partial<Record<ErrorCode, string>>> = {
  BAD_REQUEST: 'INVALID_PARAMETER_VALUE',
  ENDPOINT_NOT_FOUND: 'RESOURCE_NOT_FOUND',
  INTERNAL_ERROR: 'CLIENT_INTERNAL_ERROR',
  INVALID_PARAMETER_VALUE: 'INVALID_PARAMETER_VALUE',
  INVALID_STATE: 'CLIENT_INTERNAL_ERROR',
  PERMISSION_DENIED: 'PERMISSION_DENIED',
  RESOURCE_ALREADY_EXISTS: 'RESOURCE_ALREADY_EXISTS',
  RESOURCE_DOES_NOT_EXIST: 'RESOURCE_NOT_FOUND',
  TEMPORARILY_UNAVAILABLE: 'CLIENT_INTERNAL_ERROR',
}

/** The JSON text of an error in MLflow's REST and scoring APIs, spaced and escaped as Python's `json.dumps`. */
export function mlflowErrorBody(error: ServingError): string {
  const errorClass = error.errorClass ?? CLASS_OF_CODE[error.code]
  const sqlstate = (error.errorClass && SQLSTATE_OF_CLASS[error.errorClass]) ?? SQLSTATE_OF_CODE[error.code]
  let body = `{"error_code": "${error.code}", "message": ${asciiJson(bounded(error.message))}`
  if (sqlstate !== undefined) body += `, "sqlstate": "${sqlstate}"`
  if (errorClass !== undefined) body += `, "error_class": "${errorClass}"`
  return `${body}}`
}

function bounded(message: string): string {
  if (message.length <= MAX_MESSAGE_LENGTH) return message
  return `${message.slice(0, MAX_MESSAGE_LENGTH)}… (${message.length - MAX_MESSAGE_LENGTH} characters more)`
}
