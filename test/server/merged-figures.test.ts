import { expect, test } from 'vitest'
import type { MetricFigures } from '../../src/core/metric-figures.ts'
import { mergedText } from '../../src/server/metrics/merged-figures.ts'

function gauge(name: string, value: number, more: Partial<MetricFigures> = {}): MetricFigures {
  return {
    name,
    help: 'A gauge.',
    type: 'gauge',
    aggregator: 'sum',
    values: [{ labels: {}, value }],
    ...more,
  }
}

test.each<readonly [string, readonly MetricFigures[], string]>([
  ['what there is of each is added up', [gauge('queue', 2), gauge('queue', 3)], 'queue 5'],
  [
    'what is the same in all stays',
    [gauge('headrace_model_info', 1), gauge('headrace_model_info', 1)],
    '_info 1',
  ],
  [
    'the longest wait is the one to know',
    [gauge('headrace_predicted_wait_seconds', 2), gauge('headrace_predicted_wait_seconds', 3)],
    '_seconds 3',
  ],
  [
    'all have the same share of a rollout',
    [gauge('headrace_rollout_share', 0.1), gauge('headrace_rollout_share', 0.1)],
    '_share 0.1',
  ],
  ['no number makes no sum of none', [gauge('lag', Number.NaN), gauge('lag', 3)], 'lag 3'],
  [
    'the first list decides how a metric is merged',
    [gauge('start', 7, { aggregator: 'first' }), gauge('start', 9, { aggregator: 'omit' })],
    'start 7',
  ],
])('%s', async (_, metrics, line) => {
  const { text } = await mergedText(metrics.map((metric) => [metric]))
  expect(text).toMatch(new RegExp(`${line}$`, 'm'))
})
