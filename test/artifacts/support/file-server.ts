import type { ServerResponse } from 'node:http'
import type { ReceivedRequest } from '../../client/support/web-server.ts'

/** How a server sends files. */
export interface FileHabits {
  readonly ranges?: boolean
  readonly headers?: Readonly<Record<string, string>>
}

/** Sends a file as RFC 9110 has it, with ranges under If-Range where the server knows them (sections 13.1.5, 14). */
export function sendFile(
  { method, headers }: ReceivedRequest,
  response: ServerResponse,
  content: Buffer,
  { ranges = true, headers: own = {} }: FileHabits = {},
): void {
  const validator = own['etag'] ?? own['last-modified']
  const start = Number(/^bytes=(\d+)-$/.exec(headers.range ?? '')?.[1] ?? Number.NaN)
  const partial = ranges && Number.isInteger(start) && headers['if-range'] === validator
  const body = partial ? content.subarray(start) : content
  if (partial && start >= content.length) {
    response.writeHead(416, { 'content-range': `bytes */${content.length}` }).end()
    return
  }
  const range = `bytes ${start}-${content.length - 1}/${content.length}`
  response.writeHead(partial ? 206 : 200, {
    ...own,
    'content-length': body.length,
    ...(partial ? { 'content-range': range } : {}),
  })
  response.end(method === 'HEAD' ? undefined : body)
}

/** A folder as a map of paths to texts. */
export type Tree = Readonly<Record<string, string>>

/** Names directly beneath a folder (`''` or `a/b`); folders end with `/`. Undefined where there is no such folder. */
export function namesIn(tree: Tree, folder: string): readonly string[] | undefined {
  const prefix = folder === '' ? '' : `${folder}/`
  const beneath = Object.keys(tree).filter((path) => path.startsWith(prefix))
  const names = beneath.map((path) => path.slice(prefix.length).replace(/\/.*$/, '/'))
  return names.length === 0 ? undefined : [...new Set(names)]
}
