import { describe, expect, test } from 'vitest'
import { ControlGuard } from '../../src/server/control-guard.ts'

type Headers = Readonly<Record<string, string>>

function check(init: { host: string; token?: string }, headers: Headers): string {
  try {
    new ControlGuard({ token: undefined, ...init }).check((name) => headers[name])
    return 'allowed'
  } catch (error) {
    return (error as { code: string }).code
  }
}

describe('without a token', () => {
  test.each(['127.0.0.1', '127.8.0.1', 'localhost', '::1'])('a server on %s takes local requests', (host) => {
    for (const named of ['localhost:5000', '127.0.0.1', '[::1]:5000', 'LocalHost']) {
      expect(check({ host }, { host: named })).toBe('allowed')
    }
  })

  test.each(['0.0.0.0', '::', '10.0.0.7', 'models.example', '127.evil.example'])(
    'a server on %s takes none',
    (host) => {
      expect(check({ host }, { host: 'localhost' })).toBe('PERMISSION_DENIED')
      expect(() => new ControlGuard({ host, token: undefined }).check(() => undefined)).toThrow(
        '--control-token',
      )
    },
  )

  test.each<[string, Headers]>([
    ['under another name, as after DNS rebinding', { host: 'evil.example:5000' }],
    ['under a name that begins like one', { host: '127.0.0.1.evil.example' }],
    ['under several names', { host: 'localhost, evil.example' }],
    ['without a name', {}],
    ['from a page of another origin', { host: 'localhost:5000', origin: 'https://evil.example' }],
    ['from a page on another port', { host: 'localhost:5000', origin: 'http://localhost:3000' }],
    ['from a page without an origin', { host: 'localhost:5000', origin: 'null' }],
    ['from a page of another site', { host: 'localhost', 'sec-fetch-site': 'cross-site' }],
    ['from a page of a neighbouring site', { host: 'localhost', 'sec-fetch-site': 'same-site' }],
    ['from a form', { host: 'localhost', 'content-type': 'text/plain;charset=UTF-8' }],
    ['from a form with files', { host: 'localhost', 'content-type': 'multipart/form-data; boundary=x' }],
    ['through a proxy', { host: 'localhost', 'x-forwarded-for': '203.0.113.7' }],
  ])('a request is refused %s', (_, headers) => {
    expect(check({ host: '127.0.0.1' }, headers)).toBe('PERMISSION_DENIED')
  })

  test('a page of the server itself may ask', () => {
    const headers = {
      host: 'localhost:5000',
      origin: 'http://localhost:5000',
      'sec-fetch-site': 'same-origin',
    }
    expect(check({ host: '127.0.0.1' }, headers)).toBe('allowed')
  })
})

describe('with a token', () => {
  test.each(['127.0.0.1', '0.0.0.0'])('who shows it may, and nobody else, on %s', (host) => {
    const init = { host, token: 'secret' }
    expect(check(init, { authorization: 'Bearer secret' })).toBe('allowed')
    expect(check(init, { 'x-headrace-control-token': 'secret' })).toBe('allowed')
    // The header of its own comes first: an API key may stand in the other one.
    expect(check(init, { authorization: 'Bearer key', 'x-headrace-control-token': 'secret' })).toBe('allowed')
    expect(check(init, { authorization: 'Bearer secrets' })).toBe('UNAUTHENTICATED')
    expect(check(init, { authorization: 'Basic secret' })).toBe('UNAUTHENTICATED')
    expect(check(init, { host: 'localhost' })).toBe('UNAUTHENTICATED')
  })
})
