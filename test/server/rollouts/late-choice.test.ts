import { expect, test, vi } from 'vitest'
import type { DecodedBody } from '../../../src/server/body-codec.ts'
import { GrpcRequest } from '../../../src/server/grpc/transport/grpc-request.ts'
import { PATIENCE } from '../../fixtures/patience.ts'
import { startGrpc, TestClient } from '../grpc/support.ts'
import { arrayCodec, fakeModel } from '../support/fake-model.ts'
import { ONE_ROW, score, startServer } from '../support/running.ts'
import { allTo, rolloutOptions } from './support.ts'

const BY_COLUMN = allTo(1, { stickyKey: { header: 'x-headrace-key', column: 'x' } })

/** How many hold a model: whoever is over has to have let go of it, once. */
function holders({ admission }: Pick<ReturnType<typeof fakeModel>, 'admission'>): number {
  let released = 0
  while (admission.isHeld) {
    admission.release()
    released += 1
  }
  if (released > 0) return released
  // Below zero one more does not count.
  admission.hold()
  const isOne = admission.isHeld
  admission.release()
  return isOne ? 0 : -1
}

test('a client that leaves before its variant is known holds no model', async () => {
  const read = Promise.withResolvers<void>()
  const begun = Promise.withResolvers<void>()
  const decode: typeof arrayCodec.decode = async (body, type) => {
    begun.resolve()
    await read.promise
    return arrayCodec.decode(body, type) as DecodedBody<'tensors'>
  }
  const a = fakeModel({ name: 'a', version: '3', codec: { ...arrayCodec, decode } as typeof arrayCodec })
  const b = fakeModel({ name: 'b', version: '4' })
  const { url } = await startServer(rolloutOptions(BY_COLUMN, [a, b]).options)
  const leaving = new AbortController()
  const headers = { 'content-type': 'application/json' }
  const asked = fetch(`${url}/models/iris/invocations`, {
    ...{ method: 'POST', headers, body: ONE_ROW, signal: leaving.signal },
  })
  await begun.promise
  leaving.abort()
  await expect(asked).rejects.toThrow()
  await vi.waitFor(() => expect(a.admission.isHeld).toBe(false), PATIENCE)
  read.resolve()
  await new Promise((resolve) => setTimeout(resolve, 20))
  expect([holders(a), holders(b)]).toEqual([0, 0])
})

test.each(['http', 'grpc'])(
  'a variant that is known late has its threads seen to all the same: %s',
  async (way) => {
    let attended = 0
    const a = fakeModel({ name: 'a', version: '3' })
    const b = {
      ...fakeModel({ name: 'b', version: '4' }),
      attend: () => {
        attended += 1
      },
    }
    const { options } = rolloutOptions(BY_COLUMN, [a, b])
    if (way === 'http') {
      const { url } = await startServer(options)
      expect((await score(url)).headers.get('x-headrace-variant')).toBe('b')
    } else {
      const { address } = await startGrpc(options)
      const inputs = [{ name: 'x', shape: [1, 2], datatype: 'FP32', contents: { fp32_contents: [1, 2] } }]
      await new TestClient(address).call('ModelInfer', { model_name: 'iris', inputs })
    }
    expect(attended).toBeGreaterThan(0)
  },
)

test('a call that is over holds no model that is found for it later', () => {
  const a = fakeModel({ name: 'a' })
  const b = fakeModel({ name: 'b' })
  const request = new GrpcRequest({
    ...{ id: '1', idIsGiven: false, traceparent: undefined, path: '/', headers: {} },
    observer: { settled: () => {}, hurried: () => {} },
    reply: { answered: () => {}, failed: () => {} },
  })
  request.address(a)
  request.leave(undefined)
  request.address(b)
  expect([holders(a), holders(b)]).toEqual([0, 0])
})
