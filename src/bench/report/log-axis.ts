import type { Tick } from '../../page/picture/scale.ts'

/** A microsecond, which nothing is shorter than. */
const LEAST_MS = 1e-3
const DIGITS = [1, 2, 5]
const MOST_TICKS = 6

/** Where a time stands on an axis of `decadeTicks`: 0 is a microsecond. */
export function logarithm(milliseconds: number): number {
  return Math.log10(Math.max(LEAST_MS, milliseconds) / LEAST_MS)
}

/** 1, 2 and 5 of each power of ten around the times, or powers of ten alone where those would be many. */
export function decadeTicks(
  lowMs: number,
  highMs: number,
  label: (milliseconds: number) => string,
): readonly Tick[] {
  const fine = ticksOf(DIGITS, lowMs, highMs, label)
  return fine.length <= MOST_TICKS ? fine : ticksOf([1], lowMs, highMs, label)
}

function ticksOf(
  digits: readonly number[],
  lowMs: number,
  highMs: number,
  label: (milliseconds: number) => string,
): readonly Tick[] {
  const [low, high] = [Math.max(LEAST_MS, lowMs), Math.max(LEAST_MS, highMs)]
  const [first, last] = [Math.floor(Math.log10(low)), Math.ceil(Math.log10(high))]
  const powers = Array.from({ length: last - first + 2 }, (_, at) => first + at)
  const times = powers.flatMap((power) => digits.map((digit) => Number((digit * 10 ** power).toPrecision(3))))
  const from = times.findLastIndex((time) => time <= low)
  const to = times.findIndex((time) => time >= high && time > (times[from] ?? 0))
  return times
    .slice(Math.max(0, from), to + 1)
    .map((time) => ({ value: logarithm(time), label: label(time) }))
}
