import { Counter, Gauge, type Registry } from 'prom-client'
import { REFUSAL_REASONS } from '../../runtime/admission/refusal.ts'
import type { ServedModel } from '../../runtime/served-model.ts'
import type { ServedModels } from '../server-options.ts'

type Labels = Readonly<Record<string, string>>

/** One figure of a model, under `labels` beside its name and version. */
interface Reading {
  readonly labels: Labels
  readonly value: number
}

/** A metric of every served model, which its own counters hold. */
interface ModelFigure {
  readonly kind: 'gauge' | 'counter'
  readonly name: string
  readonly help: string
  /** Labels beside `model` and `version`. */
  readonly labels?: readonly string[]
  read(model: ServedModel): number | readonly Reading[]
}

const FIGURES: readonly ModelFigure[] = [
  {
    kind: 'gauge',
    name: 'headrace_running',
    help: 'Calls in the engine now.',
    read: (model) => model.stats().running,
  },
  {
    kind: 'gauge',
    name: 'headrace_queue_length',
    help: 'Calls admitted and not yet running.',
    read: (model) => model.stats().queued,
  },
  {
    kind: 'gauge',
    name: 'headrace_workers',
    help: 'Worker threads of the model; of one that is inline, those for requests that would block the server.',
    read: (model) => model.stats().workers,
  },
  {
    kind: 'counter',
    name: 'headrace_worker_restarts_total',
    help: 'Worker threads that died and were replaced.',
    read: (model) => model.stats().workerRestarts,
  },
  {
    kind: 'counter',
    name: 'headrace_workers_lost_total',
    help: 'Worker threads given up because a native run did not return.',
    read: (model) => model.stats().workersLost,
  },
  {
    kind: 'gauge',
    name: 'headrace_stuck_workers',
    help: 'Lost worker threads that still occupy a core.',
    read: (model) => model.stats().stuckWorkers,
  },
  {
    kind: 'counter',
    name: 'headrace_batches_total',
    help: 'Runs that held more than one request.',
    read: (model) => model.stats().batches,
  },
  {
    kind: 'counter',
    name: 'headrace_batches_halved_total',
    help: 'Batches that failed and were run again in halves.',
    read: (model) => model.stats().halved,
  },
  {
    kind: 'counter',
    name: 'headrace_requests_retried_total',
    help: 'Requests run once more, alone, after the worker died that had them.',
    read: (model) => model.stats().retried,
  },
  {
    kind: 'counter',
    name: 'headrace_requests_cancelled_total',
    help: 'Requests dropped before their run because the client had left.',
    read: (model) => model.stats().cancelled,
  },
  {
    kind: 'counter',
    name: 'headrace_requests_expired_total',
    help: 'Requests dropped before their run because their deadline had passed.',
    read: (model) => model.stats().expired,
  },
  {
    kind: 'gauge',
    name: 'headrace_queue_rows',
    help: 'Rows under way, running ones included.',
    read: ({ admission }) => admission.rows,
  },
  {
    kind: 'gauge',
    name: 'headrace_predicted_wait_seconds',
    help: 'Time in which what is under way will be answered, by the rate of the last answers; 0 where there is none.',
    read: ({ admission }) => admission.predictedWaitMs / 1000,
  },
  {
    kind: 'counter',
    name: 'headrace_requests_refused_total',
    help: 'Requests refused before any work was done: too many (queue), too late (wait), read too late (lag), more than the share of an API key (share), too many bytes of bodies (bytes), or on the way out (draining).',
    labels: ['reason'],
    read: ({ admission }) =>
      REFUSAL_REASONS.map((reason) => ({ labels: { reason }, value: admission.refused[reason] })),
  },
  {
    kind: 'gauge',
    name: 'headrace_model_batching_info',
    help: 'Always 1; whether requests are batched (testing, on, off), and why.',
    labels: ['state', 'reason'],
    read: ({ batching: { state, reason } }) => [{ labels: { state, reason }, value: 1 }],
  },
  {
    kind: 'gauge',
    name: 'headrace_max_batch_rows',
    help: 'Rows of the largest batch that may be formed; 1 where requests are not batched.',
    read: ({ batching }) => batching.maxBatchRows,
  },
  {
    kind: 'gauge',
    name: 'headrace_model_info',
    help: 'Always 1; the labels tell what is served.',
    labels: ['name', 'alias', 'flavor', 'engine', 'placement', 'uri'],
    read: (model) => [{ labels: identity(model), value: 1 }],
  },
  {
    kind: 'gauge',
    name: 'headrace_model_engine_fallback_info',
    help: 'Always 1; for each model that the engine which would be preferred does not run, and why.',
    labels: ['engine', 'reason'],
    read: ({ mlmodel: { engine } }) =>
      engine.reason === undefined
        ? []
        : [{ labels: { engine: engine.name, reason: engine.reason }, value: 1 }],
  },
]

/** Registers the figures of each served model, which are read when somebody scrapes. */
export function modelFigures(models: ServedModels, registry: Registry): void {
  for (const figure of FIGURES) {
    const { kind, name, help, labels = [] } = figure
    const options = { name, help, labelNames: ['model', 'version', ...labels], registers: [registry] }
    if (kind === 'gauge') {
      new Gauge({
        ...options,
        collect() {
          this.reset()
          for (const { labels, value } of readings(models, figure)) this.set(labels, value)
        },
      })
    } else {
      new Counter({
        ...options,
        collect() {
          this.reset()
          for (const { labels, value } of readings(models, figure)) this.inc(labels, value)
        },
      })
    }
  }
}

function* readings(models: ServedModels, figure: ModelFigure): Iterable<Reading> {
  for (const model of models.list()) {
    const own = { model: model.name, version: model.version }
    const read = figure.read(model)
    if (typeof read === 'number') yield { labels: own, value: read }
    else for (const { labels, value } of read) yield { labels: { ...own, ...labels }, value }
  }
}

function identity({ source, mlmodel, placement }: ServedModel): Labels {
  return {
    name: source.name,
    alias: source.alias ?? '',
    flavor: mlmodel.flavor,
    engine: mlmodel.engine.name,
    placement,
    uri: source.canonicalUri,
  }
}
