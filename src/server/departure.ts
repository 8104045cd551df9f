import type { TrafficReport } from '../core/traffic-report.ts'
import type { ExchangeRegistry } from './exchange-registry.ts'
import type { Probes } from './probes.ts'

/** Whoever asked `/ready` within this time before the end is taken to go on asking. */
const FOLLOWED_WITHIN_MS = 30_000

/** Plain data crosses processes: infinities would not, as JSON. */
const LONG_AGO_MS = 3_600_000

/** Watches, on the way out, whether anybody still sends requests. Created when the server begins to leave. */
export class Departure {
  readonly #registry: ExchangeRegistry
  readonly #probes: Probes
  readonly #followed: boolean
  #requests: number
  #lastRequestAt: number

  constructor(registry: ExchangeRegistry, probes: Probes) {
    this.#registry = registry
    this.#probes = probes
    const now = performance.now()
    this.#followed = now - probes.readyAskedAt < FOLLOWED_WITHIN_MS
    this.#requests = registry.entered - probes.count
    this.#lastRequestAt = Math.max(registry.lastStartedAt, now - LONG_AGO_MS)
  }

  /** To be called every moment: what came since the last call counts as having come now. */
  report(): TrafficReport {
    const now = performance.now()
    const requests = this.#registry.entered - this.#probes.count
    if (requests !== this.#requests) this.#lastRequestAt = now
    this.#requests = requests
    return { quietMs: now - this.#lastRequestAt, followed: this.#followed, told: this.#probes.toldDraining }
  }
}
