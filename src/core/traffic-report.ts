/** What a server that is on its way out knows of those who may still send requests. */
export interface TrafficReport {
  /** Milliseconds since the last request; of those for health only what came before the departure counts. */
  readonly quietMs: number
  /** Somebody asked `/ready` shortly before: a balancer, which sends requests until it sees the answer change. */
  readonly followed: boolean
  /** `/ready` has been answered 503 since. */
  readonly told: boolean
}

/** After so long without a request those behind a balancer are taken to have learnt that the server leaves. */
const FOLLOWED_QUIET_MS = 2000
/** Where no balancer asks nobody will learn it: what matters is not to fail those who are amid a row of requests. */
const QUIET_MS = 500

/** Whether nobody will notice when a server, of these processes, accepts no more connections. */
export function isQuiet(reports: readonly TrafficReport[]): boolean {
  const followed = reports.some((report) => report.followed)
  const told = reports.some((report) => report.told)
  const neededMs = followed ? FOLLOWED_QUIET_MS : QUIET_MS
  return reports.every(({ quietMs }) => quietMs >= neededMs) && (told || !followed)
}

/** How long connections are accepted at most, in milliseconds: what is under way then may need the rest. */
export function acceptingMs(graceMs: number, requestTimeoutMs: number): number {
  return graceMs - Math.min(requestTimeoutMs, graceMs / 2)
}
