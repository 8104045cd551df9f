import type { ServerResponse } from 'node:http'
import { type ReceivedRequest, sendJson, sendPage, startWebServer, type WebServer } from './web-server.ts'

/** What one endpoint answers; undefined: RESOURCE_DOES_NOT_EXIST. */
export type Endpoint = (
  asked: Readonly<Record<string, unknown>>,
  request: ReceivedRequest,
) => object | undefined

/** Endpoints by method and path behind the prefix: `GET /api/2.0/mlflow/runs/get`. */
export type Endpoints = Readonly<Record<string, Endpoint>>

/**
 * A server with the wire rules of MLflow's REST API (3.17.2): a GET is read from its query, the others from a JSON
 * body with its content type; errors are JSON, unknown paths a web page.
 */
export function startFakeMlflow(endpoints: Endpoints, prefix = ''): Promise<WebServer> {
  return startWebServer((request, response) => {
    const { method, path } = request
    const endpoint = path.startsWith(prefix) ? endpoints[`${method} ${path.slice(prefix.length)}`] : undefined
    if (endpoint === undefined)
      return sendPage(response, 404, '<!doctype html>\n<title>404 Not Found</title>')
    if (method !== 'GET' && request.headers['content-type'] !== 'application/json') {
      return fail(response, 400, 'BAD_REQUEST', 'Bad Request. Content-Type header is missing.')
    }
    const asked = method === 'GET' ? Object.fromEntries(request.query) : JSON.parse(request.body)
    const answer = endpoint(asked as Readonly<Record<string, unknown>>, request)
    if (answer !== undefined) return sendJson(response, answer)
    fail(response, 404, 'RESOURCE_DOES_NOT_EXIST', `Nothing for ${JSON.stringify(asked)}`)
  })
}

/** One page of a list, with MLflow's tokens. */
export function page(
  name: string,
  entries: readonly object[],
  { page_token: token }: Readonly<Record<string, unknown>>,
  size: number,
): object {
  const start = typeof token === 'string' ? Number(token.slice(1)) : 0
  const next = start + size
  return {
    ...(entries.length > start ? { [name]: entries.slice(start, next) } : {}),
    ...(next < entries.length ? { next_page_token: `t${next}` } : {}),
  }
}

function fail(response: ServerResponse, status: number, code: string, message: string): void {
  sendJson(response, { error_code: code, message }, status)
}
