import { availableParallelism } from 'node:os'
import { performance } from 'node:perf_hooks'
import type { Logger } from 'pino'
import { printable } from '../core/printable.ts'
import type { ModelOrigin } from '../core/resolved-model.ts'
import type { PreparedModel } from '../flavors/flavor.ts'
import type { ServedModel } from '../runtime/served-model.ts'
import type { RunningServer } from '../server/listen.ts'
import { version } from './version.ts'

export interface Start {
  readonly server: RunningServer
  readonly models: readonly ServedModel[]
  readonly logger: Logger
  readonly format: 'json' | 'text'
}

/** Says what was loaded from where, in how long, how it runs, and where it is served. */
export function announce({ server, models, logger, format }: Start): void {
  // What is a field for programs stands in the sentence for people.
  const say = (fields: object, sentence: string): void => {
    if (format === 'json') logger.info(fields, sentence)
    else logger.info(sentence)
  }
  for (const model of models) say(facts(model), describe(model))
  const startMs = Math.round(performance.now())
  say(
    {
      url: server.url,
      startMs,
      cores: availableParallelism(),
      node: process.versions.node,
      version: version(),
    },
    `Headrace ${version()} is listening on ${server.url}, ${startMs} ms after its start`,
  )
}

function describe(model: ServedModel): string {
  const { source, loadTimes, placement, goldenRequests, mlmodel } = model
  const number = source.version === undefined ? '' : ` version ${source.version}`
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
    modelVersion: source.version,
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
