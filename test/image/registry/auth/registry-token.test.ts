import { expect, test } from 'vitest'
import { tokenRequest } from '../../../../src/image/registry/auth/registry-token.ts'

const credentials = { username: 'u', password: 'p' }

function asked(registry: string, realm: string, plainHttp = false): string {
  const challenge = { scheme: 'bearer', parameters: { realm, service: 'test' } }
  return tokenRequest(challenge, { registry, plainHttp, scopes: [], credentials }).url.href
}

test.each([
  ['registry.example', 'https://tokens.example/token', false],
  ['localhost:5000', 'http://127.0.0.1:5001/token', false],
  ['registry.example:5000', 'http://registry.example:5001/token', true],
])('a token of %s is asked of %s', (registry, realm, plainHttp) => {
  expect(asked(registry, realm, plainHttp)).toBe(`${realm}?service=test`)
})

test.each([
  ['registry.example', 'http://registry.example/token', false],
  ['registry.example', 'http://127.0.0.1:8500/token', false],
  ['localhost:5000', 'http://tokens.example/token', false],
  ['registry.example', 'http://tokens.example/token', true],
  ['registry.example', 'http://localhost/token', true],
])('credentials of %s are not sent to %s', (registry, realm, plainHttp) => {
  expect(() => asked(registry, realm, plainHttp)).toThrow('credentials are not sent there')
})

test.each(['', 'token', 'file:///etc/passwd', 'javascript:1'])('%j is no place for a token', (realm) => {
  expect(() => asked('registry.example', realm)).toThrow('does not say from where')
})
