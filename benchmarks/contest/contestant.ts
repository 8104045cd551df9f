import type { Dialect, Wire } from '../workloads/workload.ts'
import type { Peer, PeerConfig } from './peer.ts'
import type { Absent } from './result.ts'

/** A peer in one of its configurations, with the dialect in which it will be asked. */
export interface Contestant {
  readonly peer: Peer
  readonly config: PeerConfig
  /** An engine is asked nothing. */
  readonly dialect: Dialect | undefined
}

export interface Selection {
  readonly contestants: readonly Contestant[]
  readonly absent: readonly Absent[]
}

export function contestantName({ peer, config }: Pick<Contestant, 'peer' | 'config'>): string {
  return `${peer.name}:${config.name}`
}

/**
 * @param wanted names of peers (`mosec`) or of one configuration (`mosec:tuned`); undefined for all there are.
 * @throws Error where one is not known
 */
export function select(peers: readonly Peer[], wanted: readonly string[] | undefined, wire: Wire): Selection {
  const all = peers.flatMap((peer) => peer.configs.map((config) => ({ peer, config })))
  for (const name of wanted ?? []) {
    if (!all.some((one) => isNamed(one, name))) throw new Error(unknownPeer(name, all))
  }
  const named = all.filter((one) => wanted === undefined || wanted.some((name) => isNamed(one, name)))
  const contestants: Contestant[] = []
  const absent: Absent[] = []
  for (const { peer, config } of named) {
    const dialect = peer.kind === 'engine' ? undefined : peer.dialect(wire)
    const reason =
      peer.kind !== 'engine' && dialect === undefined ? `takes no ${WIRE_WORDS[wire]}` : peer.missing()
    if (reason === undefined) contestants.push({ peer, config, dialect })
    else absent.push({ peer: peer.name, config: config.name, title: peer.title, reason })
  }
  return { contestants, absent }
}

const WIRE_WORDS: Readonly<Record<Wire, string>> = { json: 'JSON', binary: 'binary tensors', csv: 'CSV' }

type Named = Pick<Contestant, 'peer' | 'config'>

function isNamed(one: Named, name: string): boolean {
  return name === one.peer.name || name === contestantName(one)
}

function unknownPeer(name: string, all: readonly Named[]): string {
  return `There is no peer ${name}. There are ${all.map(contestantName).join(', ')}.`
}
