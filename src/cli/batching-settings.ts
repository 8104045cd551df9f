import type { BatchingOptions } from '../runtime/batching/batching-state.ts'
import { type SettingsOf, setting } from './setting.ts'
import { oneOf, positiveInteger, positiveNumber } from './values.ts'

/** The part of the settings table that says how requests are batched. */
export const BATCHING_SETTINGS = {
  batching: setting<'auto' | 'on' | 'off'>({
    flags: '--batching <when>',
    variable: 'HEADRACE_BATCHING',
    default: 'auto',
    help: 'Whether requests that wait together run as one: auto (where the model is proved to answer each row as if it were alone), on (without proof), off',
    parse: oneOf(['auto', 'on', 'off']),
  }),
  maxBatchRows: setting<number | undefined>({
    flags: '--max-batch-rows <rows>',
    variable: 'HEADRACE_MAX_BATCH_ROWS',
    default: undefined,
    defaultText: 'measured',
    help: 'Rows of the largest batch; larger requests are split',
    parse: positiveInteger,
  }),
  targetP99Ms: setting<number | undefined>({
    flags: '--target-p99-ms <milliseconds>',
    variable: 'HEADRACE_TARGET_P99_MS',
    default: undefined,
    help: 'Time in which 99 of 100 requests are to be answered: batches are made no larger than it allows',
    parse: positiveNumber,
  }),
} as const

export type BatchingSettings = SettingsOf<typeof BATCHING_SETTINGS>

export function batchingOptions({ batching, maxBatchRows, targetP99Ms }: BatchingSettings): BatchingOptions {
  return {
    mode: batching,
    ...(maxBatchRows === undefined ? {} : { maxBatchRows }),
    ...(targetP99Ms === undefined ? {} : { targetP99Ms }),
  }
}
