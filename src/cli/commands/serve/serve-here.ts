import type { Logger } from 'pino'
import { hideUserInfo } from '../../../client/server-url.ts'
import { ServingError } from '../../../core/errors.ts'
import type { ModelPlan } from '../../../runtime/model-plan.ts'
import type { ModelRepository } from '../../../runtime/model-repository.ts'
import type { RepositoryControl } from '../../../runtime/repository-control.ts'
import type { ServedModel } from '../../../runtime/served-model.ts'
import type { App } from '../../../server/app.ts'
import type { RunningGrpc } from '../../../server/grpc/listen-grpc.ts'
import type { RunningServer } from '../../../server/listen.ts'
import { createLogger } from '../../../server/logger.ts'
import type { SupervisorLink } from '../../../supervisor/supervisor-link.ts'
import { composeScoringServer } from '../../compose.ts'
import type { ServeSettings } from '../../config.ts'
import { curlLine } from '../../curl-line.ts'
import { apiKeys } from '../../overload-settings.ts'
import { announceListening, announceModels } from '../../start-banner.ts'
import { boundYoungGeneration } from '../../young-generation.ts'
import { Ending } from './ending.ts'
import { type LogFormat, logFormatOf } from './log-format.ts'
import { SharedControl } from './shared-control.ts'
import { type StartStep, startSteps } from './start-steps.ts'

/** What a server that runs is made of. */
interface Serving {
  readonly app: App
  readonly server: RunningServer
  readonly grpc: RunningGrpc | undefined
  readonly repository: ModelRepository
  readonly control: RepositoryControl
  /** That it started with. */
  readonly models: readonly ServedModel[]
  readonly ending: Ending
  readonly logger: Logger
  readonly format: LogFormat
  readonly settings: ServeSettings
}

/**
 * Loads the models, serves in this process, and stays until it is told to end.
 * @param link where this process is one of several: connections come from the supervisor then.
 */
export async function serveHere(settings: ServeSettings, link: SupervisorLink | undefined): Promise<void> {
  const format = logFormatOf(settings)
  const fields = link === undefined ? {} : { process: link.number }
  const logger = createLogger({ level: settings.logLevel, format, fields })
  const steps = await startSteps(settings, link)
  const expectedModels = steps.filter(({ kind }) => kind === 'load').length
  const { repository, control, options } = composeScoringServer(settings, logger, expectedModels)
  try {
    // The server's modules are read while the engine opens the models in threads of its own.
    const loading = Promise.all(steps.flatMap((step) => take(repository, step)))
    const [models, { buildApp }, { listen, serveHanded }] = await Promise.all([
      loading,
      import('../../../server/app.ts'),
      import('../../../server/listen.ts'),
    ])
    const app = await buildApp(
      link === undefined
        ? options
        : { ...options, allFigures: link, control: new SharedControl(control, link) },
    )
    // Whoever follows the HTTP port takes it for the sign that all is served.
    const grpc = await openGrpc(app, settings, link)
    const server =
      link === undefined
        ? await listen(app, settings).catch((error: unknown) => closing(grpc, error))
        : serveHanded(app, settings)
    if (grpc !== undefined) server.accompany(grpc)
    const ending = new Ending({ server, repository, logger, settings, link })
    repository.onExhausted = (model) =>
      ending.exhausted(`No worker thread of the model '${model}' can be replaced`)
    // Whoever reads that it listens may end it at once.
    ending.onSignals()
    const serving = { app, server, grpc, repository, control, models, ending, logger, format, settings }
    if (link === undefined) await announce(serving, { port: server.port, grpcPort: grpc?.port })
    else serveFor(link, serving)
    boundYoungGeneration()
    if (link === undefined) await watchHangs(serving)
  } catch (error) {
    await repository.close()
    link?.close()
    throw error
  }
}

/** gRPC was the first to listen. */
async function closing(grpc: RunningGrpc | undefined, error: unknown): Promise<never> {
  const stopped = grpc?.stop()
  grpc?.closeAll()
  await stopped
  throw error
}

/** Where it is asked for: nothing of it is read otherwise. */
async function openGrpc(
  app: App,
  { host, grpcPort, reusePort }: ServeSettings,
  link: SupervisorLink | undefined,
): Promise<RunningGrpc | undefined> {
  if (grpcPort === undefined) return undefined
  const { listenGrpc, serveGrpcHanded } = await import('../../../server/grpc/listen-grpc.ts')
  return link === undefined ? listenGrpc(app, { host, port: grpcPort, reusePort }) : serveGrpcHanded(app)
}

function take(repository: ModelRepository, step: StartStep): readonly Promise<ServedModel>[] {
  if (step.kind === 'load') return [load(repository, step.plan)]
  repository.remember(step.known)
  return []
}

/** @throws ServingError that names the model, since several may be served and most failures are about a file. */
async function load(repository: ModelRepository, plan: ModelPlan): Promise<ServedModel> {
  const { uri } = plan
  try {
    return await repository.loadPlan(plan)
  } catch (error) {
    if (!(error instanceof ServingError) || error.code === 'INTERNAL_ERROR') throw error
    const { code, message, details } = error
    throw new ServingError(code, `${hideUserInfo(uri)} cannot be served: ${message}`, {
      details,
      cause: error,
    })
  }
}

/** A run in the thread that everything else depends on, and nothing says that it ends. */
function mayHang({ placement, mlmodel }: ServedModel): boolean {
  return placement === 'inline' && mlmodel.traits.unboundedRun
}

/** Once there is a model that may hang, at the start or later. */
async function watchHangs({ repository, settings, format }: Serving): Promise<void> {
  if (repository.list().some(mayHang)) return await watch(settings, format)
  repository.onLoaded = (model) => {
    if (!mayHang(model)) return
    repository.onLoaded = () => {}
    void watch(settings, format)
  }
}

async function watch({ timeoutMs }: ServeSettings, format: LogFormat): Promise<void> {
  const { startWatchdog } = await import('../../../supervisor/watchdog.ts')
  startWatchdog({ requestTimeoutMs: timeoutMs, format })
}

/** Does what the supervisor asks. */
function serveFor(link: SupervisorLink, serving: Serving): void {
  const { app, server, grpc, repository, control, ending, logger } = serving
  link.serve({
    models: () => repository.plans(),
    prepare: (change) => control.prepareChange(change),
    giveUp: (name) => control.giveUp(name),
    take: (connection, service) => (service === 'grpc' ? grpc : server)?.take(connection),
    connections: () => server.openConnections,
    figures: () => app.exposition.figures(),
    traffic: () => server.traffic(),
    depart: () => server.depart(),
    finish: (graceMs) => ending.finish(graceMs),
    listening: (start) => {
      announce(serving, start).catch((error: unknown) => {
        logger.warn({ err: error }, 'the start could not be announced')
      })
    },
  })
}

interface Start {
  readonly port: number
  readonly grpcPort?: number | undefined
  readonly startMs?: number
  readonly processes?: number
}

/** What is served, and where; and a line to try for whoever started this at a terminal. */
async function announce({ server, models, logger, format, settings }: Serving, start: Start): Promise<void> {
  const { port, grpcPort, ...told } = start
  const url = server.urlAt(port)
  const grpc = grpcPort === undefined ? undefined : server.addressAt(grpcPort)
  announceModels(models, logger, format)
  announceListening({ ...told, url, grpc, logger, format })
  const [model] = models
  if (format !== 'text' || model === undefined) return
  const line = await curlLine(model, { url, apiKey: apiKeys(settings)[0] })
  if (line !== undefined) process.stdout.write(`\nTry it:\n\n  ${line}\n\n`)
}
