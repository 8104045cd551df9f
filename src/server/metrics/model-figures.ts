import { Counter, Gauge, type Registry } from 'prom-client'
import type { Admission } from '../../runtime/admission/admission.ts'
import { REFUSAL_REASONS } from '../../runtime/admission/refusal.ts'
import type { ModelStats, ServedModel } from '../../runtime/served-model.ts'
import type { ServedModels } from '../server-options.ts'

/** Of each served model, read from its own counters when somebody scrapes. */
export function modelFigures(models: ServedModels, registry: Registry): void {
  const figures = new ModelFigures(models, registry)
  figures.gauge('headrace_running', 'Calls in the engine now.', ({ running }) => running)
  figures.gauge('headrace_queue_length', 'Calls admitted and not yet running.', ({ queued }) => queued)
  figures.gauge(
    'headrace_workers',
    'Worker threads of the model; of one that is inline, those for requests that would block the server.',
    ({ workers }) => workers,
  )
  figures.counter(
    'headrace_worker_restarts_total',
    'Worker threads that died and were replaced.',
    ({ workerRestarts }) => workerRestarts,
  )
  figures.counter(
    'headrace_workers_lost_total',
    'Worker threads given up because a native run did not return.',
    ({ workersLost }) => workersLost,
  )
  figures.gauge(
    'headrace_stuck_workers',
    'Lost worker threads that still occupy a core.',
    ({ stuckWorkers }) => stuckWorkers,
  )
  figures.counter('headrace_batches_total', 'Runs that held more than one request.', ({ batches }) => batches)
  figures.counter(
    'headrace_batches_halved_total',
    'Batches that failed and were run again in halves.',
    ({ halved }) => halved,
  )
  figures.counter(
    'headrace_requests_retried_total',
    'Requests run once more, alone, after the worker died that had them.',
    ({ retried }) => retried,
  )
  figures.counter(
    'headrace_requests_cancelled_total',
    'Requests dropped before their run because the client had left.',
    ({ cancelled }) => cancelled,
  )
  figures.counter(
    'headrace_requests_expired_total',
    'Requests dropped before their run because their deadline had passed.',
    ({ expired }) => expired,
  )
  refusalFigures(models, registry)
  new Gauge({
    name: 'headrace_model_batching_info',
    help: 'Always 1; whether requests are batched (testing, on, off), and why.',
    labelNames: ['model', 'version', 'state', 'reason'],
    registers: [registry],
    collect() {
      this.reset()
      for (const model of models.list()) {
        const { batching } = model
        this.set({ ...labelsOf(model), state: batching.state, reason: batching.reason }, 1)
      }
    },
  })
  new Gauge({
    name: 'headrace_max_batch_rows',
    help: 'Rows of the largest batch that may be formed; 1 where requests are not batched.',
    labelNames: ['model', 'version'],
    registers: [registry],
    collect() {
      this.reset()
      for (const model of models.list()) this.set(labelsOf(model), model.batching.maxBatchRows)
    },
  })
  new Gauge({
    name: 'headrace_model_info',
    help: 'Always 1; the labels tell what is served.',
    labelNames: ['model', 'version', 'name', 'alias', 'flavor', 'engine', 'placement', 'uri'],
    registers: [registry],
    collect() {
      this.reset()
      for (const model of models.list()) this.set(infoLabels(model), 1)
    },
  })
  new Gauge({
    name: 'headrace_model_engine_fallback_info',
    help: 'Always 1; for each model that the engine which would be preferred does not run, and why.',
    labelNames: ['model', 'version', 'engine', 'reason'],
    registers: [registry],
    collect() {
      this.reset()
      for (const model of models.list()) {
        const { name: engine, reason } = model.mlmodel.engine
        if (reason !== undefined) this.set({ ...labelsOf(model), engine, reason }, 1)
      }
    },
  })
}

/** How long the queue is, and who was not let in. */
function refusalFigures(models: ServedModels, registry: Registry): void {
  const figures = new ModelFigures(models, registry)
  figures.admission('headrace_queue_rows', 'Rows under way, running ones included.', ({ rows }) => rows)
  figures.admission(
    'headrace_predicted_wait_seconds',
    'Time in which what is under way will be answered, by the rate of the last answers; 0 where there is none.',
    ({ predictedWaitMs }) => predictedWaitMs / 1000,
  )
  new Counter({
    name: 'headrace_requests_refused_total',
    help: 'Requests refused before any work was done: too many (queue), too late (wait), read too late (lag), more than the share of an API key (share), too many bytes of bodies (bytes), or on the way out (draining).',
    labelNames: ['model', 'version', 'reason'],
    registers: [registry],
    collect() {
      this.reset()
      for (const model of models.list()) {
        const { refused } = model.admission
        for (const reason of REFUSAL_REASONS) this.inc({ ...labelsOf(model), reason }, refused[reason])
      }
    },
  })
}

/** Metrics with the labels `model` and `version` alone. */
class ModelFigures {
  readonly #models: ServedModels
  readonly #registry: Registry

  constructor(models: ServedModels, registry: Registry) {
    this.#models = models
    this.#registry = registry
  }

  gauge(name: string, help: string, read: (stats: ModelStats) => number): void {
    const models = this.#models
    new Gauge({
      name,
      help,
      labelNames: ['model', 'version'],
      registers: [this.#registry],
      collect() {
        this.reset()
        for (const model of models.list()) this.set(labelsOf(model), read(model.stats()))
      },
    })
  }

  admission(name: string, help: string, read: (admission: Admission) => number): void {
    const models = this.#models
    new Gauge({
      name,
      help,
      labelNames: ['model', 'version'],
      registers: [this.#registry],
      collect() {
        this.reset()
        for (const model of models.list()) this.set(labelsOf(model), read(model.admission))
      },
    })
  }

  counter(name: string, help: string, read: (stats: ModelStats) => number): void {
    const models = this.#models
    new Counter({
      name,
      help,
      labelNames: ['model', 'version'],
      registers: [this.#registry],
      collect() {
        this.reset()
        for (const model of models.list()) this.inc(labelsOf(model), read(model.stats()))
      },
    })
  }
}

function labelsOf({ name, version }: ServedModel) {
  return { model: name, version }
}

function infoLabels(model: ServedModel) {
  const { source, mlmodel, placement } = model
  return {
    ...labelsOf(model),
    name: source.name,
    alias: source.alias ?? '',
    flavor: mlmodel.flavor,
    engine: mlmodel.engine.name,
    placement,
    uri: source.canonicalUri,
  }
}
