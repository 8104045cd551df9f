/** Answers whatever comes in one piece with the same bytes: what is left of a server is its sockets. `PORT` */
import { createServer } from 'node:net'

const REPLY = Buffer.from(
  'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 20\r\n\r\n{"predictions": [1]}',
)

createServer({ noDelay: true }, (socket) => {
  socket.on('error', () => {})
  socket.on('data', () => socket.write(REPLY))
}).listen(Number(process.argv[2]), '127.0.0.1')
