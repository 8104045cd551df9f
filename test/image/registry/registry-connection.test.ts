import { describe, expect, test } from 'vitest'
import type { RegistryAccess } from '../../../src/image/registry/registry-access.ts'
import { RegistryConnection } from '../../../src/image/registry/registry-connection.ts'

/** Where an upload goes on, by the Location that a registry has answered with. */
function location(registry: string, to: string, access: RegistryAccess = {}): string {
  const connection = new RegistryConnection({ registry, repository: 'iris' }, access, [])
  const url = `https://${registry}/v2/iris/blobs/uploads/`
  return connection.location({ headers: { location: to }, url }, 'blob 1').href
}

describe('a registry that sends an upload elsewhere', () => {
  test.each([
    ['registry.example', '/v2/iris/blobs/uploads/7', 'https://registry.example/v2/iris/blobs/uploads/7'],
    ['registry.example', 'https://objects.example/7', 'https://objects.example/7'],
    ['localhost:5000', 'http://127.0.0.1:9000/7', 'http://127.0.0.1:9000/7'],
    ['[::1]:5000', 'http://localhost:9000/7', 'http://localhost:9000/7'],
  ])('%s may send it to %s', (registry, to, href) => {
    expect(location(registry, to)).toBe(href)
  })

  test('may name a place without TLS where the user has said that it has none', () => {
    expect(location('registry.example', 'http://objects.example/7', { plainHttp: true })).toBe(
      'http://objects.example/7',
    )
  })

  test.each(['http://127.0.0.1:8500/v1/kv/7', 'http://[::1]/7', 'http://localhost/7'])(
    'may not name %s of this machine also then',
    (to) => {
      expect(() => location('registry.example', to, { plainHttp: true })).toThrow('which is no HTTPS')
    },
  )

  test.each([
    ['registry.example', 'http://objects.example/7'],
    ['registry.example', 'http://127.0.0.1:8500/v1/kv/7'],
    ['registry.example', 'http://localhost/7'],
    ['localhost:5000', 'http://objects.example/7'],
    ['registry.example', 'file:///etc/passwd'],
    ['registry.example', 'data:text/plain,7'],
  ])('%s may not send it to %s', (registry, to) => {
    expect(() => location(registry, to)).toThrow('which is no HTTPS')
  })
})
