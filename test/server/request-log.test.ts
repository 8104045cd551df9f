import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { badRequest, deadlineExceeded, internalError } from '../../src/core/errors.ts'
import { createLogger } from '../../src/server/logger.ts'
import { type LoggedRequest, RequestLog } from '../../src/server/request-log.ts'

type Line = Readonly<Record<string, unknown>>

function logged(): { lines: () => Line[]; log: RequestLog } {
  const texts: string[] = []
  const stream = { write: (text: string) => void texts.push(text) }
  const log = new RequestLog(createLogger({ level: 'info', format: 'json', stream }), false)
  return { log, lines: () => texts.map((text) => JSON.parse(text) as Line) }
}

function exchange(fields: Partial<LoggedRequest> = {}): LoggedRequest {
  return {
    id: 'r1',
    traceparent: undefined,
    path: '/invocations',
    status: 504,
    modelName: 'iris',
    modelVersion: '3',
    failure: deadlineExceeded('Too late'),
    timing: undefined,
    changesModels: false,
    request: { method: 'POST' },
    ...fields,
  }
}

beforeEach(() => {
  vi.useFakeTimers()
})

afterEach(() => {
  vi.useRealTimers()
})

test('a deadline that passed is a line without a stack, with times to the microsecond', () => {
  const { log, lines } = logged()
  const timing = { parse: 0.24691100000006827, queue: 1 / 3, compute: 0, serialise: 0, rows: 2, batchRows: 4 }
  log.tell(exchange({ timing }), 20.0001)
  expect(lines()).toHaveLength(1)
  expect(lines()[0]).toMatchObject({
    level: 'warn',
    code: 'DEADLINE_EXCEEDED',
    reason: 'Too late',
    totalMs: 20,
  })
  expect(lines()[0]).toMatchObject({ timing: { ...timing, parse: 0.247, queue: 0.333 } })
  expect(lines()[0]).not.toHaveProperty('err')
})

test('of very many requests that fail or are slow some have a line each, the rest one together', () => {
  const { log, lines } = logged()
  for (let n = 0; n < 1000; n += 1) log.tell(exchange(), 5)
  for (let n = 0; n < 500; n += 1) log.tell(exchange({ status: 200, failure: undefined }), 1500)
  expect(lines()).toHaveLength(20)
  vi.advanceTimersByTime(5000)
  expect(lines()).toHaveLength(21)
  expect(lines()[20]).toMatchObject({ level: 'warn', model: 'iris', 504: 980, slow: 500 })
  log.tell(exchange(), 5)
  expect(lines()).toHaveLength(22)
})

test('each defect has its line, since the client was told so', () => {
  const { log, lines } = logged()
  for (let n = 0; n < 50; n += 1) log.tell(exchange({ status: 500, failure: internalError('A hole') }), 5)
  expect(lines()).toHaveLength(50)
  expect(lines()[49]).toMatchObject({ level: 'error', err: { stack: expect.stringContaining('A hole') } })
})

test('a change of models is told in words of its own, however long it took', () => {
  const { log, lines } = logged()
  const path = '/v2/repository/models/iris/load'
  const change = { path, modelName: '', modelVersion: '', changesModels: true }
  log.tell(exchange({ ...change, status: 200, failure: undefined }), 30_000)
  log.tell(exchange({ ...change, status: 400, failure: badRequest('It does not load') }), 30_000)
  expect(lines()).toMatchObject([
    { level: 'info', msg: 'models were changed', path },
    { level: 'warn', msg: 'models were not changed', path, reason: 'It does not load' },
  ])
})
