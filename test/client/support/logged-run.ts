import { MlflowClient } from '../../../src/client/mlflow-client.ts'
import { invalidParameter } from '../../../src/core/errors.ts'
import { startWebServer, type WebServer } from './web-server.ts'

interface Sent {
  readonly metrics?: readonly {
    readonly key: string
    readonly value: number
    readonly step: number
    readonly timestamp: number
  }[]
  readonly params?: readonly { readonly key: string; readonly value: string }[]
  readonly tags?: readonly { readonly key: string; readonly value: string }[]
}

/** A server that takes what is logged to one run. It refuses calls with the metric `bad`, as MLflow a bad key. */
export interface LoggedRun {
  readonly client: MlflowClient
  readonly server: WebServer
  /** What it took, call by call. */
  readonly calls: readonly Sent[]
  /** Answers 503 while it is set. */
  isAway: boolean
  lifecycleStage: 'active' | 'deleted'
}

export const RUN_ID = 'ab'.repeat(16)

export async function startLoggedRun(): Promise<LoggedRun> {
  const calls: Sent[] = []
  const run = { isAway: false, lifecycleStage: 'active' as 'active' | 'deleted' }
  const server = await startWebServer((request, response) => {
    const answer = (status: number, body: object) => response.writeHead(status).end(JSON.stringify(body))
    if (run.isAway) return void answer(503, {})
    if (request.path.endsWith('/runs/get')) {
      return void answer(200, { run: { info: { run_id: RUN_ID, lifecycle_stage: run.lifecycleStage } } })
    }
    const sent = JSON.parse(request.body) as Sent
    const isBad = sent.metrics?.some(({ key }) => key === 'bad') || run.lifecycleStage === 'deleted'
    const { code, message } = invalidParameter('Invalid value for the run')
    if (isBad) return void answer(400, { error_code: code, message })
    calls.push(sent)
    answer(200, {})
  })
  const client = new MlflowClient({
    trackingUri: server.url,
    maxRetries: 1,
    backoffFactor: 0,
    backoffJitter: 0,
  })
  return Object.assign(run, { client, server, calls })
}
