import { dayText } from '../number-texts.ts'

export interface Tick {
  readonly value: number
  readonly label: string
}

/** From values to places, linear; `from` may be larger than `to`, as it is upwards in SVG. */
export class Scale {
  readonly low: number
  readonly high: number
  readonly #from: number
  readonly #to: number

  constructor(values: readonly [low: number, high: number], places: readonly [from: number, to: number]) {
    ;[this.low, this.high] = values
    ;[this.#from, this.#to] = places
  }

  /** To a tenth of a unit, which is finer than a screen. */
  place(value: number): number {
    const part = this.high === this.low ? 0.5 : (value - this.low) / (this.high - this.low)
    return Math.round((this.#from + part * (this.#to - this.#from)) * 10) / 10
  }
}

/** The values widened to round numbers, and those between, about `wanted` of them. */
export function roundTicks(
  low: number,
  high: number,
  wanted: number,
  label: (value: number) => string,
): Tick[] {
  const magnitude = Math.max(Math.abs(low), Math.abs(high))
  // What differs in the last digits of a double only is one value.
  const isOne = high - low <= 1e-9 * magnitude
  const step = roundStep(isOne ? magnitude || 1 : (high - low) / wanted)
  const [first, last] = [Math.floor(low / step + 1e-9), Math.ceil(high / step - 1e-9)]
  return Array.from({ length: Math.max(last - first, 1) + 1 }, (_, at) => {
    const value = Number(((first + at) * step).toPrecision(12))
    return { value, label: label(value) }
  })
}

/** 1, 2 or 5 times a power of ten, at least `size`. */
function roundStep(size: number): number {
  const power = 10 ** Math.floor(Math.log10(size))
  const digit = [1, 2, 5, 10].find((each) => each * power >= size * (1 - 1e-9)) ?? 10
  return digit * power
}

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const TIME_STEPS = [
  ...[1, 2, 5, 10, 15, 30].map((seconds) => seconds * 1000),
  ...[1, 2, 5, 10, 15, 30].map((minutes) => minutes * MINUTE),
  ...[1, 2, 3, 6, 12].map((hours) => hours * HOUR),
  ...[1, 2, 7, 14, 28, 84, 364].map((days) => days * DAY),
]

/** Round times in UTC within a span, six at most. Midnight is called by its day. */
export function timeTicks(from: number, to: number): Tick[] {
  const step = TIME_STEPS.find((each) => (to - from) / each <= 5) ?? (to - from) / 5
  const first = Math.ceil(from / step)
  const count = Math.max(0, Math.floor(to / step) - first + 1)
  return Array.from({ length: count }, (_, at) => {
    const value = (first + at) * step
    return { value, label: timeLabel(value, step) }
  })
}

function timeLabel(value: number, step: number): string {
  if (value % DAY === 0) return dayText(value)
  const time = new Date(value).toISOString()
  return step < MINUTE ? time.slice(11, 19) : time.slice(11, 16)
}
