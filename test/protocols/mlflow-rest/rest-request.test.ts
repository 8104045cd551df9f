import { describe, expect, test } from 'vitest'
import { LogMetric } from '../../../src/protocols/mlflow-rest/messages/metrics.ts'
import { SearchRuns, UpdateRun } from '../../../src/protocols/mlflow-rest/messages/runs.ts'
import { isFloatLike, isIntLike, required } from '../../../src/protocols/mlflow-rest/request-rules.ts'
import { readRequest } from '../../../src/protocols/mlflow-rest/rest-request.ts'
import { atMost } from '../../../src/server/tracking/endpoints/search-limits.ts'

function source(json: unknown) {
  return { contentType: 'application/json', body: new TextEncoder().encode(JSON.stringify(json)) }
}

function readMetric(value: unknown) {
  const rules = { value: [required, isFloatLike], timestamp: [isIntLike] }
  return readRequest(LogMetric, rules, source({ value, timestamp: 12 }))
}

function readStatus(status: unknown) {
  return readRequest(UpdateRun, { status: [isIntLike] }, source({ status })).status
}

describe('the value of a metric', () => {
  test.each([
    ['1e3', 1000],
    [' 1.5 ', 1.5],
    ['1_000', 1000],
    ['inf', Number.POSITIVE_INFINITY],
    ['NaN', Number.NaN],
    [true, 1],
  ])('may be %j', (sent, value) => {
    expect(readMetric(sent)).toMatchObject({ value, timestamp: 12 })
  })

  test.each(['0x10', '0b1', '0o7', 'nan', 'one', ' ', '1__0'])('is never %j', (sent) => {
    expect(() => readMetric(sent)).toThrow(`Invalid value "${sent}" for parameter 'value'`)
  })
})

describe('a status', () => {
  test.each([
    ['FINISHED', 'FINISHED'],
    [3, 'FINISHED'],
    ['3', 'FINISHED'],
    [3.9, 'FINISHED'],
    [true, 'RUNNING'],
    ['1e0', undefined],
    ['GONE', undefined],
  ])('of %j is %s', (sent, status) => {
    expect(readStatus(sent)).toBe(status)
  })
})

describe('the size of a page', () => {
  const rules = { max_results: [isIntLike, atMost(50)] }

  test.each([
    ['7', 7],
    [50, 50],
    [' 7', undefined],
    [1.5, undefined],
    [true, undefined],
  ])('of %j is %s', (sent, size) => {
    expect(readRequest(SearchRuns, rules, source({ max_results: sent })).maxResults).toBe(size)
  })

  test.each([51, '51', 51.5, 1e300, 'x', '49.0'])('is not %j', (sent) => {
    expect(() => readRequest(SearchRuns, rules, source({ max_results: sent }))).toThrow(
      "'max_results' supplied",
    )
  })
})
