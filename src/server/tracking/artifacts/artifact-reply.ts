import type { ServerResponse } from 'node:http'
import type { ServingError } from '../../../core/errors.ts'
import { HTTP_STATUS } from '../../http-status.ts'
import { mlflowErrorBody } from '../../mlflow-error-body.ts'

export const JSON_TYPE = 'application/json'

/** Answers with a text; of a HEAD its headers alone go out. */
export function replyText(response: ServerResponse, status: number, contentType: string, text: string): void {
  response.writeHead(status, { 'content-type': contentType, 'content-length': Buffer.byteLength(text) })
  response.end(text)
}

/** Answers an error in MLflow's form; where the answer has begun, its connection is cut, so that nobody takes it for whole. */
export function replyFailure(response: ServerResponse, error: ServingError): void {
  if (response.headersSent) return void response.destroy()
  if (error.retryAfterSeconds !== undefined) response.setHeader('retry-after', error.retryAfterSeconds)
  replyText(response, HTTP_STATUS[error.code], JSON_TYPE, mlflowErrorBody(error))
}

/** Answers as the framework of MLflow's routes for bytes does what it refuses itself. */
export function replyDetail(response: ServerResponse, status: number, detail: string): void {
  replyText(response, status, JSON_TYPE, JSON.stringify({ detail }))
}
