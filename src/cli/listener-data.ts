import type { ServeSettings } from './config.ts'

/** Where all listeners of a process take their connections. */
export interface ListenerPorts {
  readonly port: number
  readonly grpcPort?: number
}

/** What the thread of a listener is given. */
export interface ListenerData {
  /** From 2 up: the first listener is in the main thread. */
  readonly number: number
  readonly listeners: number
  readonly settings: ServeSettings
  readonly ports: ListenerPorts
  /** Of the board of all listeners. */
  readonly board: SharedArrayBuffer
}
