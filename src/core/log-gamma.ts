// Lanczos' approximation with g = 7 and nine terms, after Godfrey (2001): relative error about 1e-15.
const G = 7
const TERMS = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
  12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
]
const LOG_SQRT_TWO_PI = 0.9189385332046727

/** Logarithm of the gamma function, for x > 0. */
export function logGamma(x: number): number {
  if (x < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * x)) - logGamma(1 - x)
  let sum = TERMS[0]!
  for (let term = 1; term < TERMS.length; term += 1) sum += TERMS[term]! / (x - 1 + term)
  const base = x + G - 0.5
  return LOG_SQRT_TWO_PI + (x - 0.5) * Math.log(base) - base + Math.log(sum)
}

/** Logarithm of the beta function, for a > 0 and b > 0. */
export function logBeta(a: number, b: number): number {
  return logGamma(a) + logGamma(b) - logGamma(a + b)
}
