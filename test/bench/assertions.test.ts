import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { checkAssertions, parseAssertions } from '../../src/bench/assertions.ts'
import type { Measurement } from '../../src/bench/measurement.ts'
import { simulate } from './support/simulated-server.ts'

let measurement: Measurement

beforeAll(async () => {
  measurement = await simulate({ serviceMs: 2, exponential: true, failures: 0.01 }, 300, 5, 7)
})

async function outcome(text: string): Promise<boolean> {
  const [first] = await checkAssertions(parseAssertions(text), measurement)
  return first?.passed ?? false
}

describe('assertions', () => {
  test('of the issue are read', async () => {
    const texts = parseAssertions('p99<20ms, errors < 0.1% ,rate>=450').map(({ text }) => text)
    expect(texts).toEqual(['p99<20ms', 'errors < 0.1%', 'rate>=450'])
  })

  test('compare with what was measured, in any unit', async () => {
    const { p99, mean, max } = measurement.latencyMs
    expect(await outcome(`p99<=${p99}ms`)).toBe(true)
    expect(await outcome(`p99<${p99}ms`)).toBe(false)
    expect(await outcome(`mean>${mean / 2000}s`)).toBe(true)
    expect(await outcome(`MAX<=${Math.round(max * 1000)}us`)).toBe(true)
    expect(await outcome(`p99.9>${p99}ms`)).toBe(true)
    expect(await outcome('errors<5%')).toBe(true)
    expect(await outcome('errors<0.1%')).toBe(false)
    expect(await outcome('errors<1')).toBe(false)
    expect(await outcome('memory<=130MB')).toBe(true)
    expect(await outcome('memory<100MiB')).toBe(false)
    expect(await outcome('cpu<90%')).toBe(true)
    expect(await outcome('cpu<0.5')).toBe(false)
    expect(await outcome('lag<1ms')).toBe(true)
    expect(await outcome('cpu-per-request<=2ms')).toBe(true)
    expect(await outcome('requests>=1000')).toBe(true)
    expect(await outcome('busy<32%')).toBe(true)
    expect(await outcome('busy<30%')).toBe(false)
    expect(await outcome('stage.inference<=1.6ms')).toBe(true)
    expect(await outcome('Stage.Inference<1.6ms')).toBe(false)
  })

  test('hold where a figure is just what they allow', async () => {
    const failing = { ...measurement, offered: 1000, failures: { 503: 7 } }
    const assertions = parseAssertions('errors<=0.7%,errors>=0.7%')
    const outcomes = await checkAssertions(assertions, failing)
    expect(outcomes.map(({ passed }) => passed)).toEqual([true, true])
  })

  test('say what was measured', async () => {
    const outcomes = await checkAssertions(
      parseAssertions('p50<1us,errors<=0.5%,memory<1B,rate>1e9'.replace('1e9', '1000000')),
      measurement,
    )
    expect(outcomes.map(({ measured }) => measured.replaceAll('\u00a0', ' '))).toEqual([
      expect.stringMatching(/^p50 is [\d.]+ ms$/),
      expect.stringMatching(/^errors are [\d.]+ %$/),
      'memory is 130 MB',
      expect.stringMatching(/^rate is \d+ a second$/),
    ])
  })

  test('of the rate mean the one that was searched for', async () => {
    const [found] = await checkAssertions(parseAssertions('rate>=450'), measurement, 480)
    expect(found).toMatchObject({ passed: true, measured: 'rate is 480 a second' })
  })

  test('fail where nothing was measured, whatever they compare', async () => {
    const { server: _, ...rest } = measurement
    const alone = { ...rest, server: undefined, answered: 0 }
    const outcomes = await checkAssertions(
      parseAssertions('memory<1GB,memory>0B,p99<1s,p99>=0ms,stage.gpu<1s'),
      alone,
    )
    expect(outcomes.map(({ passed }) => passed)).toEqual([false, false, false, false, false])
    expect(outcomes[0]?.measured).toBe(
      "memory was not measured: the server's processes are not known on this machine",
    )
    expect(outcomes[4]?.measured).toBe(
      'stage.gpu was not measured: the server tells of no such stage in Server-Timing',
    )
    expect(outcomes[2]?.measured).toBe('p99 was not measured: no request was answered rightly')
  })

  test.each([
    ['p99<20', /'p99<20' at character 1 of 'p99<20' has to have a time in us, ms, s or m, as in 20ms/],
    ['errors<1%,p99=20ms', /'p99=20ms' at character 11 .* is not a figure, a comparison and a number/],
    ['p101<20ms', /is of nothing that is measured: mean, max, p0 to p100/],
    ['speed<20ms', /is of nothing that is measured/],
    ['rate>5ms', /has to have requests a second, without a unit/],
    ['memory<300', /has to have a size in B/],
    ['p99<toString', /is not a figure/],
    ['p99<20constructor', /has to have a time/],
    ['', /is not a figure/],
    ['p99<20ms,', /'' at character 10 of/],
    ['p99<-1ms', /is not a figure/],
  ])('that cannot be read are refused: %s', (text, message) => {
    expect(() => parseAssertions(text)).toThrow(message)
  })

  test('never crash on what anybody writes', () => {
    const pieces = fc.constantFrom(
      'p99',
      'p',
      '99.9',
      '<',
      '>=',
      ',',
      ' ',
      'ms',
      '%',
      'errors',
      '1',
      '.',
      '__proto__',
      '\n',
    )
    fc.assert(
      fc.property(fc.array(fc.oneof(pieces, fc.string({ maxLength: 3 }))), (parts) => {
        const text = parts.join('')
        try {
          expect(parseAssertions(text).length).toBe(text.split(',').length)
        } catch (error) {
          expect(error).toMatchObject({ name: 'ServingError', code: 'INVALID_PARAMETER_VALUE' })
        }
      }),
    )
  })

  test('and their opposite never both hold, nor both fail', async () => {
    const opposite = { '<': '>=', '<=': '>', '>': '<=', '>=': '<' } as const
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('p50', 'p99', 'mean', 'max', 'lag'),
        fc.constantFrom('<', '<=', '>', '>=' as const),
        fc.integer({ min: 0, max: 100_000 }),
        async (figure, comparison, microseconds) => {
          const other = opposite[comparison as keyof typeof opposite]
          const one = await outcome(`${figure}${comparison}${microseconds}us`)
          expect(await outcome(`${figure}${other}${microseconds}us`)).toBe(!one)
        },
      ),
      { numRuns: 50 },
    )
  })
})
