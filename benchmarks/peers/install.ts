import type { Peer } from '../contest/peer.ts'
import { ALL_PEERS } from './all.ts'

/**
 * Installs peers, those that fail after all others.
 * @param names all peers where undefined
 * @throws Error where a name is not known, or where some could not be installed
 */
export function installPeers(names: readonly string[] | undefined): void {
  const failures = peersNamed(names).flatMap((peer) => {
    if (peer.install === undefined) return []
    console.log(`Installing ${peer.title}`)
    try {
      peer.install()
      return []
    } catch (error) {
      return [`${peer.name}: ${error instanceof Error ? error.message : error}`]
    }
  })
  if (failures.length > 0) throw new Error(`Not installed:\n${failures.join('\n')}`)
}

function peersNamed(names: readonly string[] | undefined): readonly Peer[] {
  return (names ?? ALL_PEERS.map(({ name }) => name)).map((name) => {
    const peer = ALL_PEERS.find((one) => one.name === name)
    if (peer === undefined) {
      throw new Error(`There is no peer ${name}. There are ${ALL_PEERS.map((one) => one.name).join(', ')}.`)
    }
    return peer
  })
}
