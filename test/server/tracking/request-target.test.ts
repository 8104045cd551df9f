import { describe, expect, test } from 'vitest'
import { requestedHost, requestTarget } from '../../../src/server/tracking/request-target.ts'

test.each([
  ['/api/x?a=b', { rawPath: '/api/x', path: '/api/x', query: 'a=b' }],
  ['http://host:5000/api/x?a=b', { rawPath: '/api/x', path: '/api/x', query: 'a=b' }],
  ['HTTPS://host/a%20b', { rawPath: '/a%20b', path: '/a b', query: '' }],
  ['http://host', { rawPath: '/', path: '/', query: '' }],
  ['http://host?a=b', { rawPath: '/', path: '/', query: 'a=b' }],
  ['/http://host/x', { rawPath: '/http://host/x', path: '/http://host/x', query: '' }],
  ['*', { rawPath: '*', path: '*', query: '' }],
  ['/%', undefined],
])('the target %s', (target, expected) => {
  expect(requestTarget(target)).toEqual(expected)
})

describe('the host', () => {
  test('of a target in absolute form counts, and not that of the header', () => {
    expect(requestedHost('http://evil.example/health', 'localhost')).toBe('evil.example')
  })

  test('is otherwise that of the header', () => {
    expect(requestedHost('/http://evil.example/', 'localhost')).toBe('localhost')
    expect(requestedHost('/', undefined)).toBe('')
  })
})
