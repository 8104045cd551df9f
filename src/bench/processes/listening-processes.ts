import { readdirSync, readlinkSync } from 'node:fs'
import { allProcesses, type ProcessStat, textOf } from './process-tree.ts'

/** State of a listening socket in proc_net(5). */
const LISTENING = '0A'

/** What takes connections for containers: the server itself is elsewhere. */
const FORWARDERS: ReadonlySet<string> = new Set(['docker-proxy', 'rootlesskit', 'slirp4netns', 'pasta'])

/**
 * Processes that listen on a TCP port of this machine: of parents and children that share the socket the parents alone.
 * None where it cannot be told: on other systems than Linux, of other users' processes, of ports that a container engine forwards.
 */
export function listeningProcesses(port: number): readonly number[] {
  const sockets = new Set([
    ...listeningSockets('/proc/net/tcp', port),
    ...listeningSockets('/proc/net/tcp6', port),
  ])
  if (sockets.size === 0) return []
  const processes = allProcesses()
  const holders = new Set(processes.filter(({ pid }) => holdsAny(pid, sockets)).map(({ pid }) => pid))
  if ([...holders].some(isForwarder)) return []
  return processes.filter((each) => isTopmost(each, holders)).map(({ pid }) => pid)
}

function isTopmost({ pid, parent }: ProcessStat, holders: ReadonlySet<number>): boolean {
  return holders.has(pid) && !holders.has(parent)
}

/** Inodes of the sockets that listen on the port: of a shared port one for each that shares it. */
function listeningSockets(table: string, port: number): readonly string[] {
  const wanted = port.toString(16).toUpperCase().padStart(4, '0')
  const lines = (textOf(table) ?? '').trim().split('\n').slice(1)
  return lines.flatMap((line) => {
    const [, local = '', , state, , , , , , inode = ''] = line.trim().split(/\s+/)
    return state === LISTENING && local.endsWith(`:${wanted}`) ? [inode] : []
  })
}

function holdsAny(pid: number, sockets: ReadonlySet<string>): boolean {
  const folder = `/proc/${pid}/fd`
  try {
    return readdirSync(folder).some((fd) => sockets.has(socketOf(`${folder}/${fd}`) ?? ''))
  } catch {
    return false
  }
}

function socketOf(descriptor: string): string | undefined {
  try {
    return /^socket:\[(\d+)\]$/.exec(readlinkSync(descriptor))?.[1]
  } catch {
    return undefined // it was closed since the listing
  }
}

function isForwarder(pid: number): boolean {
  return FORWARDERS.has((textOf(`/proc/${pid}/comm`) ?? '').trim())
}
