import { describe, expect, test } from 'vitest'
import { readRolloutView, rolloutViewJson } from '../../src/rollout/rollout-view-json.ts'
import { SAMPLE_VIEWS, winnerView, youngView } from './report/sample-views.ts'

function sent(view: ReturnType<typeof youngView>): unknown {
  return JSON.parse(JSON.stringify(rolloutViewJson(view)))
}

describe('the JSON of a view', () => {
  test.each(Object.keys(SAMPLE_VIEWS))('reads back as it was: %s', (name) => {
    const view = SAMPLE_VIEWS[name]!()
    expect(readRolloutView(sent(view))).toStrictEqual(view)
  })

  test('has names in snake case, and nothing for what is not known', () => {
    expect(sent(winnerView())).toMatchObject({
      started_at: winnerView().startedAt,
      variants: [{ is_control: true, latency_ms: { p50: 0.61 } }, { outcome_mean: 0.1162 }],
    })
    expect(sent(youngView())).not.toHaveProperty('run_id')
    expect(sent(youngView())).toHaveProperty('history[0].intervals[0]', null)
  })

  test('has finite numbers only', () => {
    const view = youngView()
    const endless = { ...view, sampleRatio: { alarm: true, eValue: Number.POSITIVE_INFINITY } }
    expect(readRolloutView(sent(endless)).sampleRatio.eValue).toBe(Number.MAX_VALUE)
  })

  test('is refused with the place of what is wrong', () => {
    const json = rolloutViewJson(youngView())
    const broken: readonly (readonly [unknown, string])[] = [
      [null, 'rollout is not an object'],
      [[], 'rollout is not an object'],
      [{ ...json, phase: 'walking' }, 'rollout.phase is not one of'],
      [{ ...json, variants: {} }, 'rollout.variants is not a list'],
      [{ ...json, variants: [{ name: 'a' }] }, 'rollout.variants[0].model_uri is not a text'],
      [{ ...json, epoch: '1' }, 'rollout.epoch is not a finite number'],
      [{ ...json, shadows: [{ name: 1 }] }, 'rollout.shadows[0].name is not a text'],
    ]
    for (const [value, message] of broken) {
      expect(() => readRolloutView(value)).toThrowError(message)
    }
  })
})
