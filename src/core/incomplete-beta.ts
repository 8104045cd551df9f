import { logBeta } from './log-gamma.ts'

const SMALLEST = 1e-300
const PRECISION = 1e-15
/** Enough for a + b up to about 1e8: near the middle of the distribution it takes some multiples of its root. */
const MOST_TERMS = 50_000

/**
 * Logarithm of the part of a Beta(a, b) distribution that lies above x: log(1 - I_x(a, b)), for 0 < x < 1. Exact to some
 * 1e-13 of its value also where the part itself would be too small for a number.
 */
export function logUpperBeta(x: number, a: number, b: number): number {
  if (x > a / (a + b)) return logTail(1 - x, b, a)
  return Math.log1p(-Math.exp(logTail(x, a, b)))
}

/** log(I_x(a, b)) by the continued fraction of NIST's Digital Library, 8.17.22; it converges fast for x below the mean. */
function logTail(x: number, a: number, b: number): number {
  const front = a * Math.log(x) + b * Math.log1p(-x) - logBeta(a, b) - Math.log(a)
  return front + Math.log(continuedFraction(x, a, b))
}

/** Modified Lentz algorithm (Thompson, Barnett 1986). */
function continuedFraction(x: number, a: number, b: number): number {
  let c = 1
  let d = 1 / awayFromZero(1 - ((a + b) * x) / (a + 1))
  let value = d
  for (let m = 1; m < MOST_TERMS; m += 1) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m))
    d = 1 / awayFromZero(1 + even * d)
    c = awayFromZero(1 + even / c)
    value *= d * c
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1))
    d = 1 / awayFromZero(1 + odd * d)
    c = awayFromZero(1 + odd / c)
    value *= d * c
    if (Math.abs(d * c - 1) < PRECISION) break
  }
  return value
}

function awayFromZero(value: number): number {
  return Math.abs(value) < SMALLEST ? SMALLEST : value
}
