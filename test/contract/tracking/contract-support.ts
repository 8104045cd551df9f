import { expect } from 'vitest'
import type { ErrorCode } from '../../../src/core/errors.ts'
import type { Metric } from '../../../src/entities/metric.ts'
import type { Stores } from '../../../src/store/stores.ts'

/** The tracking store of the test that runs. */
export type OpenedTracking = () => Stores['tracking']

/** @param text that the message holds */
export async function fails(work: Promise<unknown>, code: ErrorCode, text = ''): Promise<void> {
  await expect(work).rejects.toMatchObject({ code, message: expect.stringContaining(text) })
}

/** A run of a new experiment. */
export async function newRun(tracking: Stores['tracking'], name = 'trees'): Promise<string> {
  const { experimentId } = await tracking.experiments.create(name)
  return (await tracking.runs.create({ experimentId })).info.runId
}

/** A value of the metric `loss`, at time 1 and step 0 unless it says otherwise. */
export function loss(value: number, given: Partial<Metric> = {}): Metric {
  return { key: 'loss', value, timestamp: 1, step: 0, ...given }
}

/** The latest value of each metric of a run, as `value@step`. */
export async function latestOf(tracking: Stores['tracking'], runId: string): Promise<Record<string, string>> {
  const { data } = await tracking.runs.get(runId)
  return Object.fromEntries(data.metrics.map(({ key, value, step }) => [key, `${value}@${step}`]))
}

/** All values of the metric `loss` of a run, as `value@step`. */
export async function historyOf(tracking: Stores['tracking'], runId: string): Promise<readonly string[]> {
  const { items } = await tracking.metrics.history({ runId, metricKey: 'loss' })
  return items.map(({ value, step }) => `${value}@${step}`)
}
