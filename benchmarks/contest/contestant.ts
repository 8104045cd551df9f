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

/** Who is to take part; all there are where neither is said. */
export interface Wanted {
  /** Names of peers (`mosec`) or of one configuration (`mosec:tuned`). */
  readonly peers?: readonly string[]
  /** Names of configurations (`tuned`) of servers; what is no server takes part anyhow. */
  readonly configs?: readonly string[]
}

/** @throws Error where a peer or a configuration is not known */
export function select(peers: readonly Peer[], wanted: Wanted, wire: Wire): Selection {
  const all = peers.flatMap((peer) => peer.configs.map((config) => ({ peer, config })))
  const named = withConfigs(withNames(all, wanted.peers), wanted.configs)
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

function withNames(all: readonly Named[], names: readonly string[] | undefined): readonly Named[] {
  if (names === undefined) return all
  for (const name of names) {
    if (!all.some((one) => isNamed(one, name))) throw new Error(unknownPeer(name, all))
  }
  return all.filter((one) => names.some((name) => isNamed(one, name)))
}

const TUNED = 'tuned'

function withConfigs(all: readonly Named[], names: readonly string[] | undefined): readonly Named[] {
  if (names === undefined) return all
  for (const name of names) {
    if (!all.some(({ config }) => config.name === name)) throw new Error(unknownConfig(name, all))
  }
  return all.filter(({ peer, config }) => {
    if (peer.kind !== 'server' || peer.configs.length === 1) return true
    return names.includes(config.name) || (config.isFastest === true && names.includes(TUNED))
  })
}

function isNamed(one: Named, name: string): boolean {
  return name === one.peer.name || name === contestantName(one)
}

function unknownConfig(name: string, all: readonly Named[]): string {
  const names = [...new Set(all.map(({ config }) => config.name))]
  return `There is no configuration ${name}. There are ${names.join(', ')}.`
}

function unknownPeer(name: string, all: readonly Named[]): string {
  return `There is no peer ${name}. There are ${all.map(contestantName).join(', ')}.`
}
