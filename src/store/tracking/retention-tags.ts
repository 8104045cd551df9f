import { invalidParameter, type ServingError } from '../../core/errors.ts'
import { isRecord } from '../../core/record.ts'
import type { Tag } from '../../entities/tag.ts'
import { isLonger } from '../validation.ts'

/** Tags of an experiment that say when its traces are archived, by the rules of MLflow 3.17.2. */
const RETENTION_TAG = 'mlflow.trace.archivalRetention'
const ARCHIVE_NOW_TAG = 'mlflow.trace.archiveNow'

const MAX_DURATION_LENGTH = 32

/** @throws ServingError INVALID_PARAMETER_VALUE for such a tag that says nothing */
export function requireRetention({ key, value }: Tag): void {
  if (key === RETENTION_TAG) {
    const settings = settingsOf(value)
    if (settings['type'] !== 'duration') {
      throw invalidParameter("Trace archival config must use type 'duration'.")
    }
    requireDuration(settings['value'])
  }
  if (key === ARCHIVE_NOW_TAG) requireDuration(settingsOf(value)['older_than'] ?? '1d')
}

function settingsOf(json: string): Readonly<Record<string, unknown>> {
  let parsed: unknown
  try {
    parsed = JSON.parse(json)
  } catch {
    throw noObject()
  }
  if (isRecord(parsed)) return parsed
  throw noObject()
}

function noObject(): ServingError {
  return invalidParameter('Trace archival config must be encoded as a JSON object.')
}

/** `30d`, `12h` or `5m`, with blanks around. */
function requireDuration(duration: unknown): void {
  const text = typeof duration === 'string' ? duration.trim() : ''
  if (isLonger(text, MAX_DURATION_LENGTH)) {
    throw invalidParameter('Trace archival duration must be at most 32 characters.')
  }
  if (/^[1-9]\d*[mhd]$/.test(text)) return
  throw invalidParameter(
    "Trace archival retention must be in the form `<int><unit>`, where unit is one of 'm', 'h', or 'd'.",
  )
}
