import { closedLoop } from '../load/closed-loop.ts'
import type { Contestant } from './contestant.ts'
import { openLoad } from './open-load.ts'
import { type OpenedServer, openedServer, type ServerStart } from './opened-server.ts'
import type { ContestantResult, LargestRate, OpenLoad } from './result.ts'

/** Each of them is also loaded with half of what the others can do: at the same rate latencies tell who is quicker. */
const COMPARED = ['headrace:tuned', 'furnace:tuned']

const SECONDS = 5
const QUICK_SECONDS = 1
const WARM_CONNECTIONS = 8

/** What is known of a contestant's largest rate. */
export type Rated = Pick<ContestantResult, 'peer' | 'config' | 'largestRate'>

/**
 * @param all of the scenario, for the rates of those that are compared.
 * @returns requests a second, each once, its own half first; none where nobody looked for its largest.
 */
export function halfRates(own: Rated, all: readonly Rated[]): readonly number[] {
  const half = halfOf(own.largestRate)
  if (half === undefined) return []
  if (!isCompared(own)) return [half]
  return [...new Set([half, ...all.filter(isCompared).flatMap((one) => halfOf(one.largestRate) ?? [])])]
}

function isCompared({ peer, config }: Rated): boolean {
  return COMPARED.includes(`${peer}:${config}`)
}

/** Rounded, as a rate that people can ask for. */
function halfOf(largest: LargestRate | undefined): number | undefined {
  return largest === undefined || largest.perSecond < 2 ? undefined : Math.round(largest.perSecond / 2)
}

/** Starts a server once more and loads it with these rates, one after the other. @throws Error where it does not start */
export async function halfLoads(
  start: ServerStart & { readonly contestant: Contestant },
  rates: readonly number[],
): Promise<readonly OpenLoad[]> {
  const { settings } = start
  const server = await openedServer(start)
  try {
    const { loadCpus: cpus, warmSeconds } = settings
    await closedLoop({ ...server.target, connections: WARM_CONNECTIONS, seconds: warmSeconds, cpus })
    const loads: OpenLoad[] = []
    for (const [index, rate] of rates.entries()) loads.push(await quietLoad(server, start, { rate, index }))
    return loads
  } finally {
    await server.close()
  }
}

/** A load that others disturbed is repeated once; the less disturbed of both counts. */
async function quietLoad(
  { target, group }: OpenedServer,
  { settings }: ServerStart,
  { rate, index }: { readonly rate: number; readonly index: number },
): Promise<OpenLoad> {
  const plan = { ...target, group, settings }
  const turn = { rate, seconds: settings.quick ? QUICK_SECONDS : SECONDS, seed: 100 + index }
  const { load: first } = await openLoad(plan, turn)
  if (!first.disturbed || settings.quick) return first
  const { load: second } = await openLoad(plan, turn)
  return second.foreignCores < first.foreignCores ? second : first
}
