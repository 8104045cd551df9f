import { connect } from 'node:http2'
import { setTimeout as delay } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { inferRequest, startGrpc, sumsOf, TestClient } from './support.ts'

const INFER = '/inference.GRPCInferenceService/ModelInfer'
const CALLS = 100
const MESSAGE_BYTES = 500_000

/** The prefix of a message, and no more than a tenth of it. */
function begun(): Buffer {
  const bytes = Buffer.alloc(MESSAGE_BYTES / 10)
  bytes.writeUInt32BE(MESSAGE_BYTES, 1)
  return bytes
}

test('connections that break in the midst of messages, some of them refused, harm nobody else', async () => {
  const { address } = await startGrpc({ limits: { bodyBytes: 1_000_000, bufferedBytes: 2_000_000 } })
  for (let round = 0; round < 3; round += 1) {
    const session = connect(`http://${address}`)
    session.on('error', () => {})
    for (let call = 0; call < CALLS; call += 1) {
      const headers = { ':method': 'POST', ':path': INFER, 'content-type': 'application/grpc' }
      session
        .request(headers)
        .on('error', () => {})
        .resume()
        .write(begun())
    }
    await delay(300)
    session.destroy()
    await delay(100)
  }
  const { reply } = await new TestClient(address).call('ModelInfer', inferRequest([[1, 2, 3, 4]]))
  expect(sumsOf(reply)).toEqual([10])
})
