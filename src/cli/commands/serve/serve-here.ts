import type { Logger } from 'pino'
import type { ServedModel } from '../../../runtime/served-model.ts'
import type { App } from '../../../server/app.ts'
import { createLogger } from '../../../server/logger.ts'
import type { ServerOptions } from '../../../server/server-options.ts'
import type { SupervisorLink } from '../../../supervisor/supervisor-link.ts'
import { composeScoringServer, type ScoringServer } from '../../compose.ts'
import type { ServeSettings } from '../../config.ts'
import { warnOfVariables } from '../../container-settings.ts'
import { chooseListeners, type ListenerChoice, sharesPorts } from '../../listener-choice.ts'
import { ResourceShare } from '../../resource-share.ts'
import { boundYoungGeneration } from '../../young-generation.ts'
import { announce } from './announce.ts'
import { Ending } from './ending.ts'
import { ListenerEnding } from './listener-ending.ts'
import { loadStep } from './load-step.ts'
import { type LogFormat, logFormatOf } from './log-format.ts'
import type { OpenGroup } from './open-group.ts'
import type { OpenPorts, PortShare } from './open-ports.ts'
import { ownModels } from './own-models.ts'
import { fieldsOf, type Place } from './place.ts'
import { expectFitting, openRollouts, type ServerRollouts, takePart } from './rollouts/server-rollouts.ts'
import { shareTuning } from './share-tuning.ts'
import { SharedControl } from './shared-control.ts'
import { isOfSettings, startSteps } from './start-steps.ts'
import type { ServingTracker } from './track/serving-tracker.ts'
import { readSwapModules } from './watch/swap-modules.ts'
import { watchHangs } from './watch-hangs.ts'

/** What a server is made of before its models are there. */
interface Prepared extends ScoringServer {
  readonly settings: ServeSettings
  readonly place: Place
  readonly logger: Logger
  readonly format: LogFormat
  readonly resources: ResourceShare
  /** Holds what records the server, from when it serves. */
  readonly tracking: { tracker?: ServingTracker }
  readonly rollouts: ServerRollouts | undefined
}

/** A registry that does not answer in this time lets rollouts begin by what this machine knows of them. */
const FIRST_STATES_MS = 6000

/** How a server takes part in a group of listeners. */
interface Membership {
  /** Of a server that others stand beside. */
  readonly link: SupervisorLink | undefined
  readonly share: PortShare | undefined
  /** Of the first listener, which starts the others. */
  readonly opened: OpenGroup | undefined
  /** Of a server that has chosen itself. */
  readonly choice: ListenerChoice | undefined
}

/** What a server that runs is made of. */
interface Serving extends Prepared, OpenPorts, Membership {
  readonly app: App
  /** That it started with. */
  readonly models: readonly ServedModel[]
  /** As others tell it. */
  readonly finish: (graceMs: number) => void
}

/** Loads the models, serves in this thread, and stays until it is told to end. */
export async function serveHere(settings: ServeSettings, place: Place): Promise<void> {
  const format = logFormatOf(settings)
  const logger = createLogger({ level: settings.logLevel, format, fields: fieldsOf(place) })
  if (place.kind === 'alone') warnOfVariables(settings, logger)
  const steps = await startSteps(settings, place.link)
  const rollouts = await openRollouts(settings, place.kind === 'alone', logger)
  const expectedModels = steps.filter(({ kind }) => kind === 'load').length
  const resources = new ResourceShare(partsOf(settings, place))
  const trustsMeasured = place.kind === 'listener'
  const isTunedElsewhere = place.link?.isTunedElsewhere === true
  const own = { expectedModels, resources, trustsMeasured, isTunedElsewhere }
  const parts = composeScoringServer(settings, logger, own)
  if (place.link !== undefined) shareTuning(parts.repository.tuning, place.link)
  try {
    // The server's modules are read while the engine opens the models in threads of its own.
    const loading = Promise.all(steps.flatMap((step) => loadStep(parts.repository, step)))
    const [models] = await Promise.all([loading, import('./open-ports.ts'), ...serverModules()])
    if (steps.every(isOfSettings)) await expectFitting(rollouts, parts.repository)
    const own = { settings, place, logger, format, resources, rollouts, tracking: {} }
    const serving = await open({ ...parts, ...own }, models)
    await begin(serving)
  } catch (error) {
    await Promise.all([parts.repository.close(), rollouts?.thread?.end(0)])
    place.link?.close()
    throw error
  }
}

function serverModules() {
  return [import('../../../server/app.ts'), import('../../../server/listen.ts')] as const
}

/** In how many parts the machine is divided from the start on. */
function partsOf({ processes, listeners }: ServeSettings, place: Place): number {
  if (place.kind === 'listener') return place.data.listeners
  return listeners === 'auto' ? processes : processes * listeners
}

/** Takes connections from now on. */
async function open(prepared: Prepared, models: readonly ServedModel[]): Promise<Serving> {
  const { settings, place } = prepared
  const [[{ buildApp }], { openPorts }] = await Promise.all([
    Promise.all(serverModules()),
    import('./open-ports.ts'),
  ])
  const membership = await join(prepared, models)
  const rollouts = takePart(prepared.rollouts, membership.link)
  const app = await buildApp({ ...optionsFor(prepared, membership), ...(rollouts && { rollouts }) })
  // Whoever listens sends nobody to a variant that was stopped before.
  await rollouts?.channel.within(FIRST_STATES_MS)
  const ports = await openPorts(app, settings, place, membership.share)
  const finish = onEnd(prepared, ports, membership)
  return { ...prepared, ...ports, ...membership, app, models, finish }
}

async function join(prepared: Prepared, models: readonly ServedModel[]): Promise<Membership> {
  const { settings, place, resources } = prepared
  if (place.kind === 'process') {
    return { link: place.link, share: undefined, opened: undefined, choice: undefined }
  }
  if (place.kind === 'listener') {
    const { ListenerBoard } = await import('../../../supervisor/listener-board.ts')
    const { number, board } = place.data
    return {
      link: place.link,
      share: { board: ListenerBoard.over(board), number },
      opened: undefined,
      choice: undefined,
    }
  }
  const asked = settings.listeners
  const choice = chooseListeners({
    asked,
    models,
    resources: resources.machine,
    sharesPorts: sharesPorts(),
  })
  if (choice.listeners === 1) return { link: undefined, share: undefined, opened: undefined, choice }
  const { openGroup } = await import('./open-group.ts')
  const opened = openGroup({ ...prepared, listeners: choice.listeners })
  const { group, board } = opened
  const { tuning } = prepared.repository
  shareTuning(tuning, group.link)
  for (const tuned of tuning.known()) group.link.tuned(tuned)
  return { link: group.link, share: { board, number: group.link.number }, opened, choice }
}

function optionsFor(
  { options, control, logger }: Prepared,
  { link, share, opened }: Membership,
): ServerOptions {
  if (link === undefined) return options
  const shared = { ...options, allFigures: link, control: new SharedControl(control, link) }
  if (share === undefined) return shared
  const { bufferedBytes = 0, bodyBytes = 0 } = options.limits ?? {}
  const part = Math.max(bodyBytes, Math.floor(bufferedBytes / share.board.size))
  return {
    ...shared,
    limits: { ...options.limits, bufferedBytes: part },
    logger: opened === undefined ? logger : logger.child({ listener: share.number }),
  }
}

/** Sees to it that the server ends in order. @returns how it is to end when others tell it. */
function onEnd(
  { repository, logger, settings, place, tracking, rollouts }: Prepared,
  { server }: OpenPorts,
  { opened, link }: Membership,
): (graceMs: number) => void {
  if (place.kind === 'listener') {
    const ending = new ListenerEnding({ server, repository, link: place.link })
    repository.onExhausted = (model) => ending.exhausted(exhaustedBy(model))
    return (graceMs) => ending.finish(graceMs)
  }
  const { group } = opened ?? {}
  const tracker = () => tracking.tracker
  const ending = new Ending({
    server: group ?? server,
    repository,
    logger,
    settings,
    link: place.link,
    tracker,
    rollouts: rollouts?.thread,
  })
  repository.onExhausted = (model) => ending.exhausted(exhaustedBy(model))
  // Whoever reads that it listens may end it at once.
  ending.onSignals()
  if (group === undefined) return (graceMs) => ending.finish(graceMs)
  group.onExhausted = (reason) => ending.exhausted(reason)
  return (graceMs) => void server.stop({ graceMs }).then(() => link?.ended(false))
}

function exhaustedBy(model: string): string {
  return `No worker thread of the model '${model}' can be replaced`
}

/** Lets whoever is concerned know that it serves. */
async function begin(serving: Serving): Promise<void> {
  const { server, grpc, repository, control, settings, place, format, link, share, opened, choice } = serving
  const { port } = server
  const grpcPort = grpc?.port
  if (share !== undefined) {
    const { watchListeners } = await import('../../../supervisor/listener-watch.ts')
    share.board.join(share.number)
    watchListeners({ ...share, requestTimeoutMs: settings.timeoutMs, format })
  }
  if (link === undefined) control.noteStart()
  else serveFor(link, serving)
  if (settings.watch) void readSwapModules()
  if (place.kind === 'listener') return
  if (place.kind === 'alone') await announce({ ...serving, choice }, { port, grpcPort })
  opened?.start({ port, ...(grpcPort === undefined ? {} : { grpcPort }) })
  boundYoungGeneration()
  if (place.kind !== 'alone') return
  await track(serving)
  await watchRegistry(serving)
  await tellTuning(serving)
  await watchHangs(repository, settings, format)
}

/** Which settings come from a file, and where they were found for something else: then they may be worse than none. */
async function tellTuning({ settings, models, logger }: Serving): Promise<void> {
  if (settings.tuned === undefined) return
  const { tellOfTuning, warnOfOtherTuning } = await import('../../tuned/apply-tuned.ts')
  await tellOfTuning(settings.tuned, settings, logger)
  await warnOfOtherTuning(settings.tuned, models, logger)
}

/** Records what is served, where that is wanted. Of several processes their supervisor does that. */
async function track({ settings, logger, link, app, tracking }: Serving): Promise<void> {
  if (settings.track === undefined) return
  const { ServingTracker } = await import('./track/serving-tracker.ts')
  const figures = link ?? { gather: async () => [await app.exposition.figures()] }
  tracking.tracker = new ServingTracker(settings, settings.track, figures, logger)
}

/** Follows the registry, where that is wanted. Of several processes their supervisor does that. */
async function watchRegistry({ settings, opened, control, repository, logger }: Serving): Promise<void> {
  if (!settings.watch) return
  const { startWatching } = await import('./watch/start-watching.ts')
  await startWatching(settings, opened?.group.models ?? ownModels(control, repository), logger)
}

/** Does what whoever directs the server asks. */
function serveFor(link: SupervisorLink, serving: Serving): void {
  const { app, server, grpc, repository, control, logger, place, finish } = serving
  link.histories.feed(control.histories)
  link.serve({
    models: () => repository.plans(),
    prepare: (change) => control.prepareChange(change),
    giveUp: (name) => control.giveUp(name),
    take: (connection, service) => (service === 'grpc' ? grpc : server)?.take(connection),
    connections: () => server.openConnections,
    figures: () => figuresOf(app, place),
    traffic: () => server.traffic(),
    depart: () => server.depart(),
    finish,
    listening: (start) => {
      announce(serving, start)
        .then(() => tellTuning(serving))
        .catch((error: unknown) => {
          logger.warn({ err: error }, 'the start could not be announced')
        })
    },
  })
}

async function figuresOf({ exposition }: App, { kind }: Place) {
  const figures = await exposition.figures()
  if (kind !== 'listener') return figures
  const { ofListener } = await import('../../../supervisor/group-figures.ts')
  return ofListener(figures)
}
