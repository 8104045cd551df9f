/**
 * Stands between clients and a Triton server and writes down what is said, each request once:
 *
 *     node test/protocol/open-inference/record.ts 18200 localhost:18000 > test/protocol/open-inference/records.jsonl
 */
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import { type Recording, TELLING_HEADERS } from './recording.ts'

/** Larger ones say nothing more. */
const MOST_BYTES = 4096

const [port, upstream = ''] = process.argv.slice(2)
const seen = new Set<string>()

createServer((asked, reply) => void pass(asked, reply)).listen(Number(port))

async function pass(asked: IncomingMessage, reply: ServerResponse): Promise<void> {
  const body = await bytesOf(asked)
  const [host, upstreamPort] = upstream.split(':')
  const options = { host, port: upstreamPort, method: asked.method, path: asked.url, headers: asked.headers }
  request(options, async (answer) => {
    const answered = await bytesOf(answer)
    reply.writeHead(answer.statusCode ?? 0, answer.headers).end(answered)
    if (body.length + answered.length <= MOST_BYTES) write(asked, body, answer, answered)
  }).end(body)
}

async function bytesOf(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of message) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

function write(asked: IncomingMessage, body: Buffer, answer: IncomingMessage, answered: Buffer): void {
  const said = {
    ...{ method: asked.method ?? '', path: asked.url ?? '' },
    headers: telling(asked),
    body: body.toString('base64'),
  }
  const key = JSON.stringify(said)
  if (seen.has(key)) return
  seen.add(key)
  const recording: Recording = {
    ...said,
    ...{ status: answer.statusCode ?? 0, replyHeaders: telling(answer), reply: answered.toString('base64') },
  }
  console.log(JSON.stringify(recording))
}

function telling({ headers }: IncomingMessage): Record<string, string> {
  const kept = TELLING_HEADERS.flatMap((name) =>
    headers[name] === undefined ? [] : [[name, String(headers[name])]],
  )
  return Object.fromEntries(kept) as Record<string, string>
}
