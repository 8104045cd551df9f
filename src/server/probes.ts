/** What those asked who only want to know how the server is: balancers, orchestrators, scrapers. */
export class Probes {
  /** Requests of theirs, since the start. */
  count = 0
  /** `performance.now()` of the last question whether the server is ready. */
  readyAskedAt = Number.NEGATIVE_INFINITY
  /** Somebody has been told that the server is on its way out. */
  toldDraining = false
}
