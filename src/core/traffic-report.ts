/** What a server that is on its way out knows of those who may still send requests. */
export interface TrafficReport {
  /** Milliseconds since the last request other than for health, or since the departure began. */
  readonly quietMs: number
  /** Somebody asked `/ready` shortly before: a balancer, which sends requests until it sees the answer change. */
  readonly followed: boolean
  /** `/ready` has been answered 503 since. */
  readonly told: boolean
}

/** As long as nobody sends anything, everybody is taken to have learnt that the server leaves. */
const QUIET_MS = 2000

/** Whether nobody will notice when a server, of these processes, accepts no more connections. */
export function isQuiet(reports: readonly TrafficReport[]): boolean {
  const followed = reports.some((report) => report.followed)
  const told = reports.some((report) => report.told)
  return reports.every(({ quietMs }) => quietMs >= QUIET_MS) && (told || !followed)
}

/** How long connections are accepted at most, in milliseconds: what is under way then may need the rest. */
export function acceptingMs(graceMs: number, requestTimeoutMs: number): number {
  return graceMs - Math.min(requestTimeoutMs, graceMs / 2)
}
