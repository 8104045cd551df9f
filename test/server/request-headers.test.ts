import { describe, expect, test } from 'vitest'
import { serverTiming } from '../../src/server/server-timing.ts'
import { childTraceparent } from '../../src/server/trace-context.ts'
import { score, startServer } from './support/running.ts'

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736'

describe('traceparent', () => {
  test('keeps trace and flags, with a span of our own', () => {
    const child = childTraceparent(`00-${TRACE}-00f067aa0ba902b7-01`)
    expect(child).toMatch(new RegExp(`^00-${TRACE}-[0-9a-f]{16}-01$`))
    expect(child).not.toContain('00f067aa0ba902b7')
  })

  test.each([
    undefined,
    '',
    'x',
    ['a', 'b'],
    `ff-${TRACE}-00f067aa0ba902b7-01`,
    `00-${'0'.repeat(32)}-00f067aa0ba902b7-01`,
    `00-${TRACE}-${'0'.repeat(16)}-01`,
    `00-${TRACE}-00f067aa0ba902b7-01-more`,
    `00-${TRACE.toUpperCase()}-00f067aa0ba902b7-01`,
  ])('ignores %j', (header) => {
    expect(childTraceparent(header)).toBeUndefined()
  })

  test('sends on no flag but those that are known', () => {
    expect(childTraceparent(`00-${TRACE}-00f067aa0ba902b7-0f`)).toMatch(/-03$/)
    expect(childTraceparent(`00-${TRACE}-00f067aa0ba902b7-f8`)).toMatch(/-00$/)
  })

  test('reads later versions, which may have more fields', () => {
    expect(childTraceparent(`01-${TRACE}-00f067aa0ba902b7-00-x`)).toMatch(/^00-.*-00$/)
  })
})

test('Server-Timing has milliseconds to the microsecond', () => {
  const timing = { parse: 0.0123, queue: 0, compute: 1234.5678, serialise: 0.9999, rows: 1, batchRows: 1 }
  expect(serverTiming(timing)).toBe(
    'parse;dur=0.012, queue;dur=0.000, compute;dur=1234.568, serialise;dur=1.000',
  )
})

describe('replies', () => {
  test('carry a sane request id of the client, and else one of their own', async () => {
    const { url } = await startServer()
    const given = await score(url, undefined, { 'x-request-id': 'order-17' })
    expect(given.headers.get('x-request-id')).toBe('order-17')
    const insane = await score(url, undefined, { 'x-request-id': 'a b<c>' })
    expect(insane.headers.get('x-request-id')).toMatch(/^[0-9a-f]{12}-\w+$/)
    const own = await fetch(`${url}/ping`)
    expect(own.headers.get('x-request-id')).not.toBe(insane.headers.get('x-request-id'))
  })

  test('carry the trace context and the timing', async () => {
    const { url } = await startServer()
    const reply = await score(url, undefined, { traceparent: `00-${TRACE}-00f067aa0ba902b7-01` })
    expect(reply.headers.get('traceparent')).toContain(TRACE)
    expect(reply.headers.get('server-timing')).toMatch(
      /^parse;dur=\d+\.\d{3}, queue;.*, compute;.*, serialise;/,
    )
  })
})
