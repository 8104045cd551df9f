import { DistinctKeys } from './distinct-keys.ts'

/** Keys are hashed into so many buckets, which are the clusters: those of one bucket may depend on each other as they like. */
const BUCKETS = 2048

/**
 * Steps that are compared. Those that come later are left out, and not the first ones instead: an interval that forgets
 * would find a difference by chance again and again.
 */
export const MOST_STEPS = 100

/**
 * Outcomes of one variant, by step and bucket of keys. What an estimate needs is kept up to date by each outcome, so it is
 * cheap to ask after every one. About 40 kB for each step that has outcomes, of which there are `MOST_STEPS`.
 */
export class VariantOutcomes {
  readonly #steps: StepOutcomes[] = []
  readonly #places = new Map<number, number>()
  readonly #hadSome = new Uint8Array(BUCKETS)
  readonly #hadNone = new Uint8Array(BUCKETS)
  readonly keys = new DistinctKeys()
  count = 0
  sum = 0
  /** Clusters with an outcome other than zero, and with one of zero: successes and failures where outcomes are binary. */
  clustersWithSome = 0
  clustersWithNone = 0

  /** `shift` is what all values are counted from, so that large ones of small variance keep their digits. */
  add(step: number, key: number, value: number, shift: number): void {
    const bucket = key % BUCKETS
    const place = this.#placeOf(step)
    if (place !== undefined) this.#addTo(place, { bucket, key, shifted: value - shift })
    this.keys.add(key)
    this.count += 1
    this.sum += value
    this.#countClusters(bucket, value)
  }

  step(step: number): StepOutcomes | undefined {
    const place = this.#places.get(step)
    return place === undefined ? undefined : this.#steps[place]
  }

  /** Steps that have outcomes. */
  steps(): IterableIterator<number> {
    return this.#places.keys()
  }

  #addTo(place: number, { bucket, key, shifted }: { bucket: number; key: number; shifted: number }): void {
    for (let other = 0; other < this.#steps.length; other += 1) this.#multiply(place, other, bucket, shifted)
    this.#steps[place]!.add(bucket, key, shifted)
  }

  /** Adds what a new value of the bucket in the step at `place` changes in the products with the step at `other`. */
  #multiply(place: number, other: number, bucket: number, value: number): void {
    const its = this.#steps[other]!
    const sum = its.sums[bucket]!
    const count = its.counts[bucket]!
    if (place === other) {
      const products = its.products[place]!
      products.sums += value * (2 * sum + value)
      products.sumByCount += sum + value * (count + 1)
      products.countBySum = products.sumByCount
      products.counts += 2 * count + 1
    } else if (count > 0) {
      const isLater = place > other
      const products = isLater ? this.#steps[place]!.products[other]! : its.products[place]!
      products.sums += value * sum
      products.counts += count
      products.sumByCount += isLater ? value * count : sum
      products.countBySum += isLater ? sum : value * count
    }
  }

  /** Undefined for a step that comes too late to be compared. */
  #placeOf(step: number): number | undefined {
    const known = this.#places.get(step)
    if (known !== undefined || this.#steps.length === MOST_STEPS) return known
    const place = this.#steps.length
    this.#steps.push(new StepOutcomes(place))
    this.#places.set(step, place)
    return place
  }

  #countClusters(bucket: number, value: number): void {
    const had = value === 0 ? this.#hadNone : this.#hadSome
    if (had[bucket] === 1) return
    had[bucket] = 1
    if (value === 0) this.clustersWithNone += 1
    else this.clustersWithSome += 1
  }
}

/**
 * Covariance of the means of two steps of one variant, robust to clusters: of the ratio estimators sum / count over buckets,
 * linearised (Cochran, "Sampling techniques", 1977, section 6; Deng, Knoblich, Lu, "Applying the delta method in metric
 * analytics", arXiv 1803.06336). A key that has outcomes in both steps makes them depend on each other.
 */
export function covariance(one: StepOutcomes, other: StepOutcomes): number {
  const { later, earlier, products } = productsOf(one, other)
  const residuals =
    products.sums -
    later.mean * products.countBySum -
    earlier.mean * products.sumByCount +
    later.mean * earlier.mean * products.counts
  return (residuals * Math.sqrt(later.correction * earlier.correction)) / (later.count * earlier.count)
}

/**
 * How few clusters have the outcomes of two steps of one variant: the sum over buckets of the product of their parts of them.
 * Of a step and itself 1 / clusters where all have as many, and near 1 where one has nearly all.
 */
export function concentration(one: StepOutcomes, other: StepOutcomes): number {
  const { later, earlier, products } = productsOf(one, other)
  return products.counts / (later.count * earlier.count)
}

interface StepPair {
  readonly later: StepOutcomes
  readonly earlier: StepOutcomes
  readonly products: Products
}

function productsOf(one: StepOutcomes, other: StepOutcomes): StepPair {
  const [later, earlier] = one.place > other.place ? [one, other] : [other, one]
  return { later, earlier, products: later.products[earlier.place]! }
}

/** Over buckets: products of this step's totals with those of an earlier one, or with its own. */
interface Products {
  sums: number
  /** This step's sum by the other's count. */
  sumByCount: number
  countBySum: number
  counts: number
}

/** Outcomes of one variant in one step; all values are shifted. */
export class StepOutcomes {
  readonly place: number
  readonly sums = new Float64Array(BUCKETS)
  readonly counts = new Float64Array(BUCKETS)
  readonly keys = new DistinctKeys()
  /** With each step that was there before it, and with itself. */
  readonly products: Products[]
  count = 0
  clusters = 0
  #sum = 0
  #squares = 0

  /** `place`: how many steps were there before it. */
  constructor(place: number) {
    this.place = place
    this.products = Array.from({ length: place + 1 }, () => ({
      sums: 0,
      sumByCount: 0,
      countBySum: 0,
      counts: 0,
    }))
  }

  add(bucket: number, key: number, value: number): void {
    if (this.counts[bucket] === 0) this.clusters += 1
    this.counts[bucket]! += 1
    this.sums[bucket]! += value
    this.count += 1
    this.#sum += value
    this.#squares += value * value
    this.keys.add(key)
  }

  get mean(): number {
    return this.#sum / this.count
  }

  /** Sum of squared deviations from the mean, of single outcomes. */
  get deviations(): number {
    return Math.max(0, this.#squares - this.#sum * this.mean)
  }

  /** For few clusters: what is found around their own mean is too little by this factor. */
  get correction(): number {
    return this.clusters / (this.clusters - 1)
  }
}
