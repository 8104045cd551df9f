import { GuardTest } from '../../../src/rollout/statistics/guard-test.ts'

/** Whether the next event is a bad one. */
export type Events = () => boolean

/** Events until a guard trips, or undefined where it does not within `last`. */
export function eventsUntilTripped(
  isBad: Events,
  {
    allowedRate,
    alpha,
    last,
  }: { readonly allowedRate: number; readonly alpha: number; readonly last: number },
): number | undefined {
  const guard = new GuardTest(allowedRate)
  for (let count = 1; count <= last; count += 1) {
    const bad = isBad()
    guard.add(bad)
    // A good event lessens the evidence, and with no more bad ones than allowed there is none.
    if (!bad || guard.badEvents <= count * allowedRate) continue
    if (guard.eValue >= 1 / alpha) return count
  }
  return undefined
}

export function errors(random: () => number, rate: number): Events {
  return () => random() < rate
}

/**
 * Latencies that are log-normal with this sigma, the variant's `times` as long; bad is what is slower than `ratio` times the
 * 99th percentile of the control.
 */
export function slowAnswers(
  random: () => number,
  { sigma, times, ratio }: { readonly sigma: number; readonly times: number; readonly ratio: number },
): Events {
  const limit = ratio * Math.exp(2.326348 * sigma)
  return () => times * Math.exp(sigma * randomNormal(random)) > limit
}

/** Users of whom each has three events, which are all of one kind with the probability sqrt(`icc`). */
export function errorsOfUsers(random: () => number, rate: number, icc: number): Events {
  let left = 0
  let habit = false
  return () => {
    if (left === 0) {
      left = 3
      habit = random() < rate
    }
    left -= 1
    return random() < Math.sqrt(icc) ? habit : random() < rate
  }
}

function randomNormal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
}
