/** Reads a JSON body and answers with it, on one thread: the reference for small models. */
import { createServer } from 'node:http'

createServer((request, reply) => {
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', () => {
    const text = JSON.stringify(JSON.parse(Buffer.concat(chunks).toString()))
    reply.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(text) })
    reply.end(text)
  })
}).listen(Number(process.argv[2]), '127.0.0.1')
