import { join } from 'node:path'
import { temporaryFolder } from '../../fixtures/temporary-folder.ts'
import { HeadraceProcess } from './headrace-process.ts'

export interface TrackingServerPlan {
  /** A new SQLite file in the server's own folder unless given. */
  readonly backendStoreUri?: string
  /** More arguments of `headrace server`. */
  readonly args?: readonly string[]
  /** The server's own; it keeps its artifacts there. A temporary one unless given. */
  readonly folder?: string
}

/** A real `headrace server` on a port of the system's choice. */
export class TrackingServer {
  readonly process: HeadraceProcess
  readonly url: string
  readonly folder: string

  private constructor(process: HeadraceProcess, url: string, folder: string) {
    this.process = process
    this.url = url
    this.folder = folder
  }

  static async start(plan: TrackingServerPlan = {}): Promise<TrackingServer> {
    const { folder = temporaryFolder(), args = [] } = plan
    const backend = plan.backendStoreUri ?? `sqlite:///${join(folder, 'mlflow.db')}`
    const process = new HeadraceProcess({
      args: [
        'server',
        '--backend-store-uri',
        backend,
        '--artifacts-destination',
        './mlartifacts',
        '-p',
        '0',
        ...args,
      ],
      cwd: folder,
    })
    try {
      return new TrackingServer(process, await process.listening(), folder)
    } catch (error) {
      await process.stop()
      throw error
    }
  }

  stop(): Promise<unknown> {
    return this.process.stop()
  }
}
