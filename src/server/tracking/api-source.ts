import type { RequestSource } from '../../protocols/mlflow-rest/rest-request.ts'
import type { RequestHead } from '../request-head.ts'

/** The type of a body whose type nobody asks for. */
const JSON_TYPE = 'application/json'

/** Whether a request has its fields in a body: every one but a GET with a query, or without a body. */
export function hasFieldsInBody({ method, headers }: RequestHead, query: string): boolean {
  if (method !== 'GET' && method !== 'HEAD') return true
  return query === '' && (headers['content-length'] ?? '0') !== '0'
}

/**
 * Where the fields of a request are. As in MLflow (`_validate_content_type`, 3.17.2) only POST and PUT have to say
 * that their body is JSON.
 */
export function bodySource({ method, headers }: RequestHead, body: Uint8Array): RequestSource {
  const isTyped = method === 'POST' || method === 'PUT'
  return { contentType: isTyped ? headers['content-type'] : JSON_TYPE, body: bytesAlone(body) }
}

/** A view is sent to another thread with all the memory that it is a view of, which may be that of the socket. */
function bytesAlone(body: Uint8Array): Uint8Array {
  const { buffer, byteLength } = body
  return buffer instanceof SharedArrayBuffer || buffer.byteLength === byteLength ? body : new Uint8Array(body)
}
