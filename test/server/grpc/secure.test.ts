import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { credentials, status } from '@grpc/grpc-js'
import { describe, expect, test } from 'vitest'
import { failure, inferRequest, startGrpc, sumsOf, TestClient } from './support.ts'

const CERTIFICATE = fileURLToPath(new URL('../fixtures/localhost-cert.pem', import.meta.url))
const KEY = fileURLToPath(new URL('../fixtures/localhost-key.pem', import.meta.url))

describe('gRPC over TLS', () => {
  test('has the certificate of HTTPS, and takes nothing that is plain', async () => {
    const { address, server } = await startGrpc({ sslCertfile: CERTIFICATE, sslKeyfile: KEY })
    const secure = credentials.createSsl(readFileSync(CERTIFICATE))
    const client = new TestClient(address.replace('127.0.0.1', 'localhost'), secure)
    expect(sumsOf((await client.call('ModelInfer', inferRequest([[1, 2, 3, 4]]))).reply)).toEqual([10])
    const plain = new TestClient(address).call('ServerLive', {}, { deadlineMs: 2000 })
    expect([status.UNAVAILABLE, status.DEADLINE_EXCEEDED]).toContain((await failure(plain)).code)
    await server.stop({ graceMs: 5000 })
  })
})
