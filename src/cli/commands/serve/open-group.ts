import type { Logger } from 'pino'
import { ListenerBoard } from '../../../supervisor/listener-board.ts'
import { ListenerGroup } from '../../../supervisor/listener-group.ts'
import type { ServeSettings } from '../../config.ts'
import type { ListenerPorts } from '../../listener-data.ts'
import type { ResourceShare } from '../../resource-share.ts'
import { startListenerThread } from '../../start-listener-thread.ts'
import type { ServerRollouts } from './rollouts/server-rollouts.ts'

/** The group of listeners that this thread's server is the first of. */
export interface OpenGroup {
  readonly group: ListenerGroup
  readonly board: ListenerBoard
  /** Starts the others, once the first has its ports. */
  start(ports: ListenerPorts): void
}

export interface GroupInit {
  readonly listeners: number
  readonly settings: ServeSettings
  readonly resources: ResourceShare
  readonly logger: Logger
  readonly rollouts: ServerRollouts | undefined
}

export function openGroup({ listeners, settings, resources, logger, rollouts }: GroupInit): OpenGroup {
  const board = ListenerBoard.create(listeners)
  let ports: ListenerPorts = { port: settings.port }
  const { memoryBytes } = resources.machine
  const startThread = (number: number) =>
    startListenerThread({ number, listeners, settings, ports, board: board.memory }, memoryBytes)
  const group = new ListenerGroup({ board, startThread, rollouts: rollouts?.thread?.open, log: logger })
  // What is loaded from now on has its part in each of them.
  resources.divide(listeners)
  const start = (opened: ListenerPorts): void => {
    ports = opened
    group.start()
  }
  return { group, board, start }
}
