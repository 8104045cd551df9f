/**
 * Drains each body and answers with the same bytes, on one thread: what HTTP alone costs in Node. Arguments: port, file
 * with the reply, its headers as JSON.
 */
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'

const [port, file = '', headers = '{}'] = process.argv.slice(2)
const body = readFileSync(file)
const head = { ...(JSON.parse(headers) as Record<string, string>), 'Content-Length': body.length }

createServer((request, reply) => {
  request.resume()
  request.on('end', () => reply.writeHead(200, head).end(body))
}).listen(Number(port), '127.0.0.1')
