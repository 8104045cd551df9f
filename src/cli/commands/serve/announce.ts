import type { Logger } from 'pino'
import type { ServedModel } from '../../../runtime/served-model.ts'
import type { RunningServer } from '../../../server/listen.ts'
import type { ServeSettings } from '../../config.ts'
import { curlLine } from '../../curl-line.ts'
import type { ListenerChoice } from '../../listener-choice.ts'
import { apiKeys } from '../../overload-settings.ts'
import { announceListeners, announceListening, announceModels } from '../../start-banner.ts'
import type { LogFormat } from './log-format.ts'

export interface Announced {
  readonly server: RunningServer
  readonly models: readonly ServedModel[]
  readonly logger: Logger
  readonly format: LogFormat
  readonly settings: ServeSettings
  /** Where this process has chosen itself in how many threads it listens. */
  readonly choice: ListenerChoice | undefined
}

/** Where a server, or all processes of one, take connections. */
export interface Start {
  readonly port: number
  readonly grpcPort?: number | undefined
  readonly startMs?: number
  readonly processes?: number
}

/** What is served, and where; and a line to try for whoever started this at a terminal. */
export async function announce(announced: Announced, start: Start): Promise<void> {
  const { server, models, logger, format, settings, choice } = announced
  const { port, grpcPort, ...told } = start
  const url = server.urlAt(port)
  const grpc = grpcPort === undefined ? undefined : server.addressAt(grpcPort)
  announceModels(models, logger, format)
  if (choice !== undefined) announceListeners(choice, models, { logger, format })
  announceListening({ ...told, url, grpc, logger, format })
  const [model] = models
  if (format !== 'text' || model === undefined) return
  const line = await curlLine(model, { url, apiKey: apiKeys(settings)[0] })
  if (line !== undefined) process.stdout.write(`\nTry it:\n\n  ${line}\n\n`)
}
