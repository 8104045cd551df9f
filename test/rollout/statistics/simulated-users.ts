/** An outcome of a simulated user. */
export interface SimulatedOutcome {
  readonly key: number
  readonly variant: number
  readonly value: number
}

export interface SimulatedUsers {
  /** The next outcome of any user; `share` is the variant's, `means` are those of the control and of the variant. */
  outcome(share: number, means: readonly [number, number]): SimulatedOutcome
}

/** What a user's outcomes have in common: drawn once, then asked for each outcome. */
export type Temper = (random: () => number) => (mean: number) => number

interface User {
  readonly key: number
  readonly value: (mean: number) => number
  left: number
}

/**
 * Users who come and go: at any time `present` of them are there, each outcome is one of any of them, and one who has had
 * `outcomes` of them makes room for a new one. With endless outcomes they are always the same.
 */
export function comingAndGoing({
  random,
  temper,
  outcomes = 1,
  present = outcomes === 1 ? 1 : 100,
}: {
  readonly random: () => number
  readonly temper: Temper
  readonly outcomes?: number
  readonly present?: number
}): SimulatedUsers {
  const newUser = (): User => ({ key: randomKey(random), value: temper(random), left: outcomes })
  const users = Array.from({ length: present }, newUser)
  return {
    outcome: (share, means) => {
      const place = present === 1 ? 0 : Math.floor(random() * present)
      const user = users[place]!
      const variant = user.key < share * 2 ** 52 ? 1 : 0
      user.left -= 1
      if (user.left === 0) users[place] = newUser()
      return { key: user.key, variant, value: user.value(means[variant]!) }
    },
  }
}

/** Users with one outcome each, and one more who has this part of all outcomes: always nothing. */
export function oneForMany(random: () => number, part: number): SimulatedUsers {
  const users = comingAndGoing({ random, temper: independent })
  const heavy = randomKey(random)
  return {
    outcome: (share, means) => {
      if (random() >= part) return users.outcome(share, means)
      return { key: heavy, variant: heavy < share * 2 ** 52 ? 1 : 0, value: 0 }
    },
  }
}

/** Outcomes of 0 and 1 that have nothing in common. */
export const independent: Temper = (random) => (mean) => (random() < mean ? 1 : 0)

/**
 * Beta-binomial: each user has a rate of its own, from a Beta distribution around the mean; `icc` is the correlation of two
 * outcomes of a user. The means have to stay what they are.
 */
export function betaBinomial(icc: number): Temper {
  return (random) => {
    let rate: number | undefined
    return (mean) => {
      rate ??= randomBeta(random, (mean * (1 - icc)) / icc, ((1 - mean) * (1 - icc)) / icc)
      return random() < rate ? 1 : 0
    }
  }
}

/** Each outcome is, with probability sqrt(`icc`), the one that this user always has; for means that change with time. */
export function habitual(icc: number): Temper {
  const part = Math.sqrt(icc)
  return (random) => {
    const habit = random()
    return (mean) => ((random() < part ? habit : random()) < mean ? 1 : 0)
  }
}

/** Normal around the mean, with a variance of 1, of which the part `icc` is the user's. */
export function normal(icc: number): Temper {
  return (random) => {
    const own = Math.sqrt(icc) * randomNormal(random)
    return (mean) => mean + own + Math.sqrt(1 - icc) * randomNormal(random)
  }
}

/** Sums of money: mostly nothing, else exponential around 10 means. */
export const purchases: Temper = (random) => (mean) =>
  random() < 0.1 ? -10 * mean * Math.log(1 - random()) : 0

function randomKey(random: () => number): number {
  return Math.floor(random() * 2 ** 26) * 2 ** 26 + Math.floor(random() * 2 ** 26)
}

function randomNormal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
}

function randomBeta(random: () => number, a: number, b: number): number {
  const logA = logRandomGamma(random, a)
  const logB = logRandomGamma(random, b)
  return 1 / (1 + Math.exp(logB - logA))
}

/** Marsaglia, Tsang, "A simple method for generating gamma variables" (2000), by logarithm, since small shapes give tiny ones. */
function logRandomGamma(random: () => number, shape: number): number {
  if (shape < 1) return logRandomGamma(random, shape + 1) + Math.log(1 - random()) / shape
  const d = shape - 1 / 3
  const c = 1 / Math.sqrt(9 * d)
  while (true) {
    const x = randomNormal(random)
    const v = (1 + c * x) ** 3
    if (v > 0 && Math.log(1 - random()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return Math.log(d * v)
  }
}
