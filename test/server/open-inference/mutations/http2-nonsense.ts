import { once } from 'node:events'
import { connect } from 'node:net'
import type { Random } from '../../../soak/mlflow-differential/random.ts'
import { damageBytes } from './damage-bytes.ts'

/** RFC 9113, section 3.4. */
const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')
const FRAME_TYPES = 10
/** A server that waits for more than it was sent has this long to say so. */
const PATIENCE_MS = 50

/** RFC 9113, section 4.1. */
function frame(
  type: number,
  flags: number,
  stream: number,
  payload: Buffer,
  length = payload.length,
): Buffer {
  const head = Buffer.alloc(9)
  head.writeUIntBE(length, 0, 3)
  head.writeUInt8(type, 3)
  head.writeUInt8(flags, 4)
  head.writeUInt32BE(stream, 5)
  return Buffer.concat([head, payload])
}

/** A few frames that belong nowhere, of lengths that need not be theirs. */
function nonsense(random: Random): Buffer {
  const frames = random.times(1 + random.below(20), () => {
    const payload = Buffer.from(random.times(random.below(40), () => random.below(256)))
    const length = random.chance(0.2) ? random.below(0xff_ff_ff) : payload.length
    return frame(random.below(FRAME_TYPES + 2), random.below(256), random.below(8), payload, length)
  })
  const whole = Buffer.concat([PREFACE, frame(4, 0, 0, Buffer.alloc(0)), ...frames])
  return random.chance(0.3) ? damageBytes(random, whole) : whole
}

/** One connection, on which HTTP/2 is spoken badly. */
export async function sayNonsense(address: string, random: Random): Promise<void> {
  const [host, port] = address.split(':')
  const socket = connect(Number(port), host)
  const closed = once(socket, 'close')
  // A reset is one of the ways to end such a conversation.
  socket.on('error', () => {})
  socket.resume()
  socket.write(nonsense(random))
  setTimeout(() => socket.destroy(), PATIENCE_MS)
  await closed
}
