import { invalidParameter } from '../../core/errors.ts'
import { floatText } from '../../core/float-text.ts'
import { pythonListText } from '../../core/python-repr.ts'
import type { Metric } from '../../entities/metric.ts'
import type { Param } from '../../entities/param.ts'
import type { Tag } from '../../entities/tag.ts'
import { invalidValue, requireKeyName, requireLength } from '../validation.ts'
import { requireRetention } from './retention-tags.ts'
import type { RunBatch } from './run-store.ts'

/**
 * Rules for what is logged to runs and experiments, as in MLflow 3.17.2 (`mlflow/utils/validation.py`). All throw
 * INVALID_PARAMETER_VALUE. A path such as `metrics[3]` says which thing of a batch is meant.
 */

const MAX_KEY_LENGTH = 250
const MAX_PARAM_VALUE_LENGTH = 6000
const MAX_TAG_VALUE_LENGTH = 8000
const MAX_EXPERIMENT_TAG_VALUE_LENGTH = 20_000
const MAX_METRICS = 1000
const MAX_PARAMS = 100
const MAX_TAGS = 100
const MAX_ENTITIES = 1000

export function requireRunId(runId: string): void {
  if (/^[a-zA-Z0-9][\p{L}\p{N}_-]{0,255}\n?$/u.test(runId)) return
  throw invalidValue('run_id', runId)
}

export function requireMetric(metric: Metric, path = ''): void {
  const { key, value, timestamp } = metric
  requireKeyName(within(path, 'name'), key)
  if (timestamp < 0) {
    throw invalidParameter(
      `Invalid value ${timestamp} for parameter '${within(path, 'timestamp')}' supplied: metric '${key}' ` +
        `(value=${floatText(value)}). Timestamp must be a nonnegative long (64-bit integer) `,
    )
  }
  requireLength('Metric name', MAX_KEY_LENGTH, key)
}

/** A metric names a dataset by both its name and its digest, or not at all. */
export function requireWholeDataset({ datasetName, datasetDigest }: Metric): void {
  if ((datasetName === undefined) === (datasetDigest === undefined)) return
  throw invalidParameter('Both dataset_name and dataset_digest must be provided if one is provided')
}

/** The param as it is kept: too long a value is cut, or refused. */
export function checkedParam({ key, value }: Param, cutsLongValues: boolean, path = ''): Param {
  requireKeyName(within(path, 'key'), key)
  requireLength('Param key', MAX_KEY_LENGTH, key)
  if (!cutsLongValues) requireLength('Param value', MAX_PARAM_VALUE_LENGTH, value)
  return { key, value: shortenedTo(MAX_PARAM_VALUE_LENGTH, value) }
}

/** The tag of a run as it is kept: too long a value is cut, or refused. */
export function checkedRunTag({ key, value }: Tag, cutsLongValues: boolean, path = ''): Tag {
  const keyPath = within(path, 'key')
  requireKeyName(keyPath, key)
  requireLength(keyPath, MAX_KEY_LENGTH, key)
  if (!cutsLongValues) requireLength(within(path, 'value'), MAX_TAG_VALUE_LENGTH, value)
  return { key, value: shortenedTo(MAX_TAG_VALUE_LENGTH, value) }
}

export function requireExperimentTag(tag: Tag): void {
  const { key, value } = tag
  requireKeyName('key', key)
  requireLength('key', MAX_KEY_LENGTH, key)
  requireLength('value', MAX_EXPERIMENT_TAG_VALUE_LENGTH, value)
  requireRetention(tag)
}

/** The batch as it is kept. */
export function checkedBatch(batch: RunBatch, cutsLongValues: boolean): RunBatch {
  for (const metric of batch.metrics) requireWholeDataset(metric)
  for (const [index, metric] of batch.metrics.entries()) requireMetric(metric, `metrics[${index}]`)
  const params = batch.params.map((param, index) => checkedParam(param, cutsLongValues, `params[${index}]`))
  const tags = batch.tags.map((tag, index) => checkedRunTag(tag, cutsLongValues, `tags[${index}]`))
  requireBatchSizes(batch)
  requireDistinctKeys(params)
  return { metrics: batch.metrics, params, tags }
}

function requireBatchSizes({ metrics, params, tags }: RunBatch): void {
  requireAtMost(MAX_METRICS, 'metrics', metrics.length)
  requireAtMost(MAX_PARAMS, 'params', params.length)
  requireAtMost(MAX_TAGS, 'tags', tags.length)
  requireAtMost(MAX_ENTITIES, 'metrics, params, and tags', metrics.length + params.length + tags.length)
}

function requireAtMost(limit: number, what: string, count: number): void {
  if (count <= limit) return
  throw invalidParameter(
    `A batch logging request can contain at most ${limit} ${what}. Got ${count} ${what}. Please split up ${what} ` +
      'across multiple requests and try again.',
  )
}

function requireDistinctKeys(params: readonly Param[]): void {
  const seen = new Set<string>()
  const again: string[] = []
  for (const { key } of params) {
    if (seen.has(key)) again.push(key)
    seen.add(key)
  }
  if (again.length === 0) return
  throw invalidParameter(
    `Duplicate parameter keys have been submitted: ${pythonListText(again)}. Please ensure the request contains ` +
      'only one param value per param key.',
  )
}

function within(path: string, field: string): string {
  return path === '' ? field : `${path}.${field}`
}

/** Characters are counted as Python does, not as UTF-16 units. */
function shortenedTo(limit: number, text: string): string {
  return text.length <= limit ? text : [...text].slice(0, limit).join('')
}
