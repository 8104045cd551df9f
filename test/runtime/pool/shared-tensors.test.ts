import { expect, test } from 'vitest'
import { binaryTensor } from '../../../src/protocols/open-inference/binary-tensor.ts'
import { inputsToWire } from '../../../src/runtime/pool/wire-tensors.ts'
import { ReceivedBytes } from '../../../src/server/received-bytes.ts'

const HEADER = '{"inputs": []}'
const COUNT = 1_000_000

/** A body as the server receives it, in the pieces that sockets give. */
function received(body: Buffer, headLength: number): Buffer {
  const bytes = new ReceivedBytes(body.length, headLength)
  for (let from = 0; from < body.length; from += 65_536) bytes.append(body.subarray(from, from + 65_536))
  return bytes.bytes()
}

test('a large binary tensor goes to a worker in the memory in which it was received, wherever its head ends', () => {
  const values = Float64Array.from({ length: COUNT }, (_, n) => n / 8)
  for (let blanks = 0; blanks < 8; blanks += 1) {
    const head = Buffer.from(HEADER + ' '.repeat(blanks))
    const body = received(Buffer.concat([head, Buffer.from(values.buffer)]), head.length)
    const bytes = body.subarray(head.length)
    const tensor = binaryTensor({ name: 'x', datatype: 'FP64', shape: [COUNT], bytes })
    const [sent] = inputsToWire(new Map([['x', tensor]]))
    expect((sent!.data as Float64Array).buffer).toBe(body.buffer)
    expect(sent!.data[COUNT - 1]).toBe(values[COUNT - 1])
  }
})
