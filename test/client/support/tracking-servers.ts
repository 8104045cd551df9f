import { HeadraceProcess } from '../../e2e/support/headrace-process.ts'
import { startMlflowServer } from '../../e2e/support/mlflow-server.ts'
import { temporaryFolder } from '../../fixtures/temporary-folder.ts'

/** A server of MLflow's API, with nothing in it. */
export interface TrackingServer {
  readonly url: string
  stop(): Promise<unknown>
}

export interface TrackingServerKind {
  readonly name: string
  start(): Promise<TrackingServer>
}

export const TRACKING_SERVERS: readonly TrackingServerKind[] = [
  { name: 'Headrace', start: startHeadraceServer },
  { name: 'MLflow', start: () => startMlflowServer() },
]

/** `headrace server` on a database and artifacts in a folder of its own. */
export async function startHeadraceServer(): Promise<TrackingServer> {
  const folder = temporaryFolder()
  const args = ['server', '--backend-store-uri', 'sqlite:///mlflow.db', '--port', '0']
  const server = new HeadraceProcess({
    args: [...args, '--artifacts-destination', './mlartifacts'],
    cwd: folder,
  })
  return { url: await server.listening(), stop: () => server.stop() }
}
