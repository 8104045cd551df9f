import type { Point } from '../../../page/picture/line.ts'
import type { HistoryPoint } from '../../rollout-view.ts'

/** The time that a history covers. */
export function timesOf(history: readonly HistoryPoint[]): readonly [number, number] {
  return [history[0]?.at ?? 0, history.at(-1)?.at ?? 1]
}

/** When the shares of the variants changed. */
export function changeTimes(history: readonly HistoryPoint[]): readonly number[] {
  return history.filter(({ step }, at) => at > 0 && step !== history[at - 1]?.step).map(({ at }) => at)
}

type VariantPoint = HistoryPoint['variants'][number]

/** What a variant has at each point. */
export function course(
  history: readonly HistoryPoint[],
  variant: number,
  read: (point: VariantPoint) => number | undefined,
): readonly Point[] {
  return history.map(({ at, variants }) => {
    const point = variants[variant]
    return { at, value: point === undefined ? undefined : read(point) }
  })
}

/** Rates are taken over as many parts of the time as this: of a few requests none would be seen. */
const WINDOWS = 24

/** Errors by request, of the requests of a short time before each point; a gap where there were none. */
export function errorRates(history: readonly HistoryPoint[], variant: number): readonly Point[] {
  return windowed(history, variant, ({ requests, errors }) =>
    requests > 0 && errors >= 0 ? errors / requests : undefined,
  )
}

/** Requests a second, of a short time before each point; a gap at the first. */
export function requestRates(history: readonly HistoryPoint[], variant: number): readonly Point[] {
  return windowed(history, variant, ({ requests, seconds }) =>
    seconds > 0 && requests >= 0 ? requests / seconds : undefined,
  )
}

interface Window {
  readonly requests: number
  readonly errors: number
  /** 0 where there is no point before. */
  readonly seconds: number
}

function windowed(
  history: readonly HistoryPoint[],
  variant: number,
  read: (window: Window) => number | undefined,
): readonly Point[] {
  const width = Math.max(1, Math.floor(history.length / WINDOWS))
  return history.map(({ at, variants }, place) => {
    const now = variants[variant]
    const before = history[Math.max(0, place - width)]
    const then = place === 0 ? undefined : before?.variants[variant]
    const requests = (now?.requests ?? 0) - (then?.requests ?? 0)
    const errors = (now?.errors ?? 0) - (then?.errors ?? 0)
    return { at, value: read({ requests, errors, seconds: (at - (before?.at ?? at)) / 1000 }) }
  })
}
