/** How hard a server is asked. */
export type Load = OpenLoad | ClosedLoad

/** Requests arrive at their times whatever the server does; latency counts from the intended arrival. */
export interface OpenLoad extends LoadTimes {
  readonly kind: 'open'
  /** Requests a second; of a trace its own mean rate. */
  readonly ratePerSecond: number
  readonly arrivals: ArrivalPattern
}

export type ArrivalPattern =
  | { readonly kind: 'poisson' }
  | { readonly kind: 'constant' }
  /** `size` requests at once, at a Poisson rate of bursts that gives the rate of the load. */
  | { readonly kind: 'bursts'; readonly size: number }
  /** Recorded arrival times in ms from 0, ascending; repeated from its end on when the load lasts longer. */
  | { readonly kind: 'trace'; readonly timesMs: readonly number[] }

/** Each of so many connections asks as soon as it was answered: what the server can do at most, not how long users wait. */
export interface ClosedLoad extends LoadTimes {
  readonly kind: 'closed'
  readonly connections: number
}

interface LoadTimes {
  readonly warmUpMs: number
  readonly durationMs: number
  /** From the intended arrival on. */
  readonly timeoutMs: number
  /** Equal seeds give equal arrivals and choices among the payloads. */
  readonly seed: number
}
