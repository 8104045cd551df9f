import { seededRandom } from '../../../src/core/seeded-random.ts'

/** Answers in order of arrival. */
export interface SimulatedQueue {
  /** Of a run of one request. */
  readonly serviceMs: number
  /** Service times differ (exponential) or are all the same. */
  readonly exponential?: boolean
  /** Takes up to so many of those that wait at once; each but the first makes the run longer by `moreMs`. */
  readonly batch?: { readonly most: number; readonly moreMs: number }
  /** Of all answers, from 0 to 1. */
  readonly failures?: number
  /** What comes faster than so many a second, and is not one of a short burst, fails at once. */
  readonly errorsAbove?: number
  /** A machine with other work: the standard deviation of the logarithm of its speed, which wanders within some seconds. */
  readonly noise?: number
  /** Rests so long each second. */
  readonly stallMs?: number
}

/** Arrival times in ms within a time. */
export function poissonArrivals(ratePerSecond: number, durationMs: number, seed: number): Float64Array {
  const random = seededRandom(seed * 7919)
  const arrivals: number[] = []
  for (let now = gap(random, ratePerSecond); now < durationMs; now += gap(random, ratePerSecond))
    arrivals.push(now)
  return Float64Array.from(arrivals)
}

function gap(random: () => number, ratePerSecond: number): number {
  return (-Math.log(1 - random()) * 1000) / ratePerSecond
}

/** @returns for each arrival its latency in ms, NaN where it fails. */
export function answersOf(queue: SimulatedQueue, arrivals: Float64Array, seed: number): Float64Array {
  const random = seededRandom(seed * 104_729 + 17)
  const { serviceMs, exponential = false, batch = { most: 1, moreMs: 0 }, failures = 0, stallMs = 0 } = queue
  const answers = new Float64Array(arrivals.length)
  const admitted = admittedOf(queue, arrivals)
  const slowness = slownessOf(queue, seed)
  let free = 0
  for (let from = 0; from < arrivals.length; ) {
    if (!admitted(from)) {
      answers[from] = Number.NaN
      from += 1
      continue
    }
    let began = Math.max(free, arrivals[from]!)
    if (began % 1000 < stallMs) began += stallMs - (began % 1000)
    let to = from + 1
    while (to < arrivals.length && to - from < batch.most && arrivals[to]! <= began && admitted(to)) to += 1
    const run = serviceMs + (to - from - 1) * batch.moreMs
    free = began + run * slowness(began) * (exponential ? -Math.log(1 - random()) : 1)
    for (let place = from; place < to; place += 1)
      answers[place] = random() < failures ? Number.NaN : free - arrivals[place]!
    from = to
  }
  return answers
}

/** A bucket of a few tokens. */
function admittedOf({ errorsAbove }: SimulatedQueue, arrivals: Float64Array): (place: number) => boolean {
  if (errorsAbove === undefined) return () => true
  const deep = Math.max(10, errorsAbove / 20)
  const isAdmitted = new Uint8Array(arrivals.length)
  let [tokens, last] = [deep, 0]
  for (const [place, at] of arrivals.entries()) {
    tokens = Math.min(deep, tokens + ((at - last) * errorsAbove) / 1000)
    last = at
    if (tokens < 1) continue
    tokens -= 1
    isAdmitted[place] = 1
  }
  return (place) => isAdmitted[place] === 1
}

const STEP_MS = 100
/** Of what was, after each step: forgotten within some seconds. */
const KEPT = 0.95

/** Times by which service is longer: the exponential of a first-order autoregression. */
function slownessOf({ noise }: SimulatedQueue, seed: number): (now: number) => number {
  if (noise === undefined) return () => 1
  const random = seededRandom(seed * 31 + 5)
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
  let [state, steps] = [normal() * noise, 0]
  return (now) => {
    for (; steps * STEP_MS < now; steps += 1)
      state = KEPT * state + Math.sqrt(1 - KEPT ** 2) * noise * normal()
    return Math.exp(state)
  }
}

/** Of a rate, over a long time. */
const LONG_REQUESTS = 1_000_000

/**
 * The largest Poisson rate at which the share that fails or takes longer stays within a limit, over some million requests: what a
 * search ought to find, to about 1 %.
 */
export function largestRate(
  queue: SimulatedQueue,
  { percentile, milliseconds }: { readonly percentile: number; readonly milliseconds: number },
  mostPerSecond: number,
): number {
  let [low, high] = [0, mostPerSecond]
  for (let step = 0; step < 12; step += 1) {
    const middle = (low + high) / 2
    const arrivals = poissonArrivals(middle, (LONG_REQUESTS / middle) * 1000, 1)
    let over = 0
    for (const latency of answersOf(queue, arrivals, 1)) if (!(latency <= milliseconds)) over += 1
    if (over <= arrivals.length * (1 - percentile / 100)) low = middle
    else high = middle
  }
  return low
}
