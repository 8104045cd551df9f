import { temporaryFolder } from '../../fixtures/temporary-folder.ts'
import { MlflowProcess } from './mlflow-process.ts'

export interface MlflowServerPlan {
  /** SQLite in the server's own folder unless given. */
  readonly backendStoreUri?: string
  /** More arguments of `mlflow server`. */
  readonly args?: readonly string[]
  readonly env?: NodeJS.ProcessEnv
  /** The server's own; it keeps its artifacts there. A temporary one unless given. */
  readonly folder?: string
}

/** A real `mlflow server` with one worker that hands out its artifacts itself, unless told otherwise. */
export function startMlflowServer(plan: MlflowServerPlan = {}): Promise<MlflowProcess> {
  const { backendStoreUri = 'sqlite:///mlflow.db', args = [], env = {}, folder = temporaryFolder() } = plan
  const prefix = args[args.indexOf('--static-prefix') + 1]
  return MlflowProcess.start({
    args: [
      ...['server', '--backend-store-uri', backendStoreUri, '--workers', '1'],
      ...(args.includes('--no-serve-artifacts') ? [] : ['--serve-artifacts']),
      ...['--artifacts-destination', './mlartifacts', ...args],
    ],
    cwd: folder,
    healthPath: args.includes('--static-prefix') ? `${prefix}/health` : '/health',
    env,
  })
}

/** A real `mlflow models serve` of a model, in the Python that runs the tests. */
export function startMlflowScoring(modelUri: string, env: NodeJS.ProcessEnv = {}): Promise<MlflowProcess> {
  return MlflowProcess.start({
    args: ['models', 'serve', '--env-manager', 'local', '--model-uri', modelUri],
    cwd: temporaryFolder(),
    healthPath: '/ping',
    env,
  })
}
