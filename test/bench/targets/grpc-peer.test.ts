import { expect, onTestFinished, test } from 'vitest'
import { GrpcPeer } from '../../../src/bench/targets/grpc-peer.ts'
import { answerGrpc, grpcServer } from '../support/load-servers.ts'

test('a gRPC server gets the headers of a user, bytes in base64 too', async () => {
  const seen: unknown[] = []
  const origin = await grpcServer((stream, _, headers) => {
    seen.push(headers['x-key'], headers['trace-bin'])
    answerGrpc(stream, Buffer.from('yes'))
  })
  const peer = await GrpcPeer.open({ origin, headers: { 'x-key': 'k', 'trace-bin': 'AAEC/w==' } })
  onTestFinished(() => peer.close())
  const { status, body } = await peer.ask({ method: 'POST', path: '/a/b', body: Buffer.from('x') })
  expect([status, Buffer.from(body).toString()]).toEqual([0, 'yes'])
  expect(seen).toEqual(['k', 'AAEC/w=='])
})
