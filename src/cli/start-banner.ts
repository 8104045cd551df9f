import { availableParallelism } from 'node:os'
import { performance } from 'node:perf_hooks'
import type { Logger } from 'pino'
import { printable } from '../core/printable.ts'
import type { ModelOrigin } from '../core/resolved-model.ts'
import type { PreparedModel } from '../flavors/flavor.ts'
import { UNVERSIONED } from '../runtime/loaded-model.ts'
import type { ServedModel } from '../runtime/served-model.ts'
import type { ListenerChoice } from './listener-choice.ts'
import { version as programVersion } from './version.ts'

export interface Listening {
  readonly url: string
  /** Host and port of gRPC; undefined where it is not served. */
  readonly grpc?: string | undefined
  readonly logger: Logger
  readonly format: 'json' | 'text'
  /** From the start of the command; of this process unless set. */
  readonly startMs?: number
  /** How many serve at this address; this one alone unless set. */
  readonly processes?: number
}

/** Says what was loaded from where, in how long, and how it runs. */
export function announceModels(
  models: readonly ServedModel[],
  logger: Logger,
  format: 'json' | 'text',
): void {
  const say = sayer(logger, format)
  for (const model of models) say(facts(model), describe(model))
}

/** Says in how many threads connections are served, and why. */
export function announceListeners(
  { listeners, reason }: ListenerChoice,
  models: readonly ServedModel[],
  { logger, format }: { readonly logger: Logger; readonly format: 'json' | 'text' },
): void {
  const places = models.map((model) => ({
    model: model.name,
    placement: model.placement,
    workers: model.stats().workers,
    rowMs: model.loadTimes.batch1,
  }))
  const count = listeners === 1 ? 'One listener' : `${listeners} listeners`
  sayer(logger, format)({ listeners, reason, models: places }, `${count}: ${reason}`)
}

/** Says where the models are served. */
export function announceListening({ url, grpc, logger, format, ...start }: Listening): void {
  const startMs = Math.round(start.startMs ?? performance.now())
  const { processes } = start
  const many = processes === undefined ? '' : ` with ${processes} processes`
  const also = grpc === undefined ? '' : `, gRPC on ${grpc}`
  sayer(logger, format)(
    {
      url,
      grpc,
      startMs,
      processes,
      cores: availableParallelism(),
      node: process.versions.node,
      version: programVersion(),
    },
    `Headrace ${programVersion()} is listening on ${url}${also}${many}, ${startMs} ms after its start`,
  )
}

/** What is a field for programs stands in the sentence for people. */
function sayer(logger: Logger, format: 'json' | 'text'): (fields: object, sentence: string) => void {
  return (fields, sentence) => {
    if (format === 'json') logger.info(fields, sentence)
    else logger.info(sentence)
  }
}

function describe(model: ServedModel): string {
  const { source, version, loadTimes, placement, goldenRequests, mlmodel } = model
  const isVersioned = source.version !== undefined || version !== UNVERSIONED
  const number = isVersioned ? ` version ${version}` : ''
  const { workers } = model.stats()
  const place =
    placement === 'inline'
      ? 'inline (-w has no effect)'
      : `in ${workers} worker thread${workers === 1 ? '' : 's'}`
  const run = loadTimes.batch1 === undefined ? '' : `, one row takes ${duration(loadTimes.batch1)}`
  const requests = goldenRequests === 1 ? 'request' : 'requests'
  const golden = goldenRequests === 0 ? '' : `, ${goldenRequests} golden ${requests} answered as recorded`
  return (
    `${model.name}${number} (${mlmodel.flavor}) from ${source.canonicalUri}${cameFrom(source.origin)}: loaded in ` +
    `${duration(loadTimes.total)}, runs ${engineOf(mlmodel)}${place}${run}${golden}`
  )
}

/** Nothing of a flavor that has but one engine. */
function engineOf({ flavor, engine: { name, reason } }: PreparedModel): string {
  if (flavor === 'onnx') return ''
  return `on ${name}${reason === undefined ? '' : ` (not on onnxruntime: ${printable(reason)})`} `
}

/** Nothing where the files lie on this machine: the URI says it all. */
function cameFrom({ kind, location, registry }: ModelOrigin): string {
  if (kind === 'local') return ''
  const place = registry === undefined ? location : `${registry}, ${location}`
  return ` (${HOW[kind]}: ${place})`
}

const HOW: Readonly<Record<Exclude<ModelOrigin['kind'], 'local'>, string>> = {
  downloaded: 'downloaded',
  cached: 'from the cache, unchanged since',
  offline: 'from the cache, without its registry',
}

function facts(model: ServedModel): object {
  const { source, placement, loadTimes, mlmodel } = model
  return {
    model: model.name,
    modelVersion: model.version,
    uri: source.canonicalUri,
    path: source.path,
    origin: source.origin.kind,
    location: source.origin.location,
    registry: source.origin.registry,
    runId: mlmodel.runId,
    modelId: mlmodel.modelId,
    engine: mlmodel.engine.name,
    engineReason: mlmodel.engine.reason,
    placement,
    workers: model.stats().workers,
    loadMs: Math.round(loadTimes.total),
    batch1Ms: loadTimes.batch1,
  }
}

function duration(ms: number): string {
  return ms < 1 ? `${Math.round(ms * 1000)} µs` : `${Math.round(ms)} ms`
}
