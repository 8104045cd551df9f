import type { Server } from './server.ts'

const POLL_MS = 200

/** Runs `work`. @returns what it gave, and the most resident memory that the server was seen with meanwhile, in MB. */
export async function withPeakMemory<Result>(
  server: Server,
  work: () => Promise<Result>,
): Promise<{ readonly result: Result; readonly peakMb: number }> {
  let peak = server.residentBytes()
  const poll = setInterval(() => {
    peak = Math.max(peak, server.residentBytes())
  }, POLL_MS)
  try {
    return { result: await work(), peakMb: Math.round(peak / 1e6) }
  } finally {
    clearInterval(poll)
  }
}
