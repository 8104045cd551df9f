import { fieldSize, WireWriter } from './wire-writer.ts'

const MOST_SMALL = 0x7f

/**
 * A message whose only field is a number below 128, or a boolean, in field 1.
 * @param room bytes to leave free in front.
 */
export function smallReply(value: number | boolean, room: number): Buffer {
  const number = Number(value)
  if (number === 0 || number > MOST_SMALL) return Buffer.alloc(room)
  const writer = new WireWriter(Buffer.alloc(room + 2), room)
  writer.tag(1, 0)
  writer.varint(number)
  return writer.bytes
}

const STREAM = { error: 1, reply: 2 } as const

/** A `ModelStreamInferResponse` with a `ModelInferResponse` in it. */
export function streamedReply(reply: Buffer, room: number): Buffer {
  const writer = new WireWriter(Buffer.allocUnsafe(room + fieldSize(reply.length)), room)
  writer.octets(STREAM.reply, reply)
  return writer.bytes
}

/**
 * A `ModelStreamInferResponse` that tells of an error.
 * @param reply a `ModelInferResponse` that says which request it is about.
 */
export function streamedError(message: string, reply: Buffer, room: number): Buffer {
  const length = Buffer.byteLength(message)
  const size = room + fieldSize(length) + fieldSize(reply.length)
  const writer = new WireWriter(Buffer.allocUnsafe(size), room)
  writer.text(STREAM.error, message, length)
  writer.octets(STREAM.reply, reply)
  return writer.bytes
}
