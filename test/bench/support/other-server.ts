import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'

export type Routes = (
  request: IncomingMessage,
  body: string,
) => readonly [status: number, body: unknown, headers?: Readonly<Record<string, string>>]

/** A server of somebody else, as far as it is asked. */
export async function startOther(routes: Routes): Promise<string> {
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request as AsyncIterable<Buffer>) body += chunk.toString()
    const [status, answer, headers] = answerOf(() => routes(request, body))
    response.writeHead(status, headers).end(typeof answer === 'string' ? answer : JSON.stringify(answer))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** `POST /path` */
export function asked({ method, url }: IncomingMessage): string {
  return `${method} ${url}`
}

/** What routes cannot read is a bad request. */
function answerOf(route: () => ReturnType<Routes>): ReturnType<Routes> {
  try {
    return route()
  } catch (error) {
    return [400, { error: String(error) }]
  }
}
