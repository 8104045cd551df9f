import { describe, expect, test } from 'vitest'
import { html } from '../../../src/page/html.ts'
import {
  durationText,
  millisecondsText,
  numberText,
  partText,
  percentText,
  timeText,
} from '../../../src/page/number-texts.ts'
import { OUTCOME_WORDS } from '../../../src/rollout/report/words.ts'

describe('numbers for people', () => {
  test('have three digits, and all before the point', () => {
    const texts = [0, 0.012149, 42.17, 1203.7, 123_456, 1e-5, 2.5e7, -0.5].map(numberText)
    expect(texts).toEqual(['0', '0.0121', '42.2', '1,204', '123,456', '1.00e-5', '2.50e+7', '-0.5'])
  })

  test('stay with their unit', () => {
    expect(percentText(0.1034)).toBe('10.3\u00a0%')
    expect(millisecondsText(0.61)).toBe('0.61\u00a0ms')
    expect(millisecondsText(1234)).toBe('1.23\u00a0s')
    expect(partText(14, 2153)).toBe('14 (0.65\u00a0%)')
    expect(partText(0, 0)).toBe('0')
  })

  test('of differences have a sign, and of rates are points', () => {
    expect(OUTCOME_WORDS.binary.difference(0.0121)).toBe('+1.21\u00a0points')
    expect(OUTCOME_WORDS.numeric.difference(-1.25)).toBe('−1.25')
    expect(OUTCOME_WORDS.binary.interval({ low: -0.01, high: 0 })).toBe('−1 to 0\u00a0points')
  })
})

test('durations have two units at most', () => {
  const texts = [0, 45, 90, 5400, 86_400, 90_061, 266_400].map(durationText)
  expect(texts).toEqual(['0 s', '45 s', '1 min 30 s', '1 h 30 min', '1 day', '1 day 1 h', '3 days 2 h'])
})

test('times are UTC', () => {
  expect(timeText(Date.UTC(2026, 10, 20, 8, 5))).toBe('20 November 2026, 08:05 UTC')
})

test('what is put into HTML is escaped, once', () => {
  const name = `<b>"&'`
  const inner = html`<i>${name}</i>`
  expect(html`<p title="${name}">${[inner, undefined, 3]}</p>`.text).toBe(
    '<p title="&lt;b&gt;&quot;&amp;&#39;"><i>&lt;b&gt;&quot;&amp;&#39;</i>3</p>',
  )
})
