import type { RunInfo } from '../../../entities/run-info.ts'

/** `1h 02m`, `3m 07s`, `12.3s`; a dash where the run has not ended. */
export function durationText({ startTime, endTime }: Pick<RunInfo, 'startTime' | 'endTime'>): string {
  if (endTime === undefined || endTime < startTime) return '-'
  const seconds = (endTime - startTime) / 1000
  if (seconds < 60) return `${seconds.toFixed(1)}s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return `${minutes}m ${twoDigits(Math.floor(seconds % 60))}s`
  return `${Math.floor(minutes / 60)}h ${twoDigits(minutes % 60)}m`
}

/** Six digits, which is as much as a person compares. */
export function metricText(value: number): string {
  return Number.isFinite(value) ? String(Number(value.toPrecision(6))) : String(value)
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0')
}
