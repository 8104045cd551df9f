import { hostname } from 'node:os'
import { userName } from '../../../../client/fluent/run-tags.ts'
import { experimentNamed } from '../../../../client/fluent/set-experiment.ts'
import { asLogBatch, type LogEntry, takeBatch } from '../../../../client/log-queue/log-entry.ts'
import type { MlflowClient } from '../../../../client/mlflow-client.ts'
import { messageOf, ServingError } from '../../../../core/errors.ts'
import type { RunStatus } from '../../../../entities/run-info.ts'
import { version } from '../../../version.ts'
import { type ModelFacts, modelFacts } from './model-facts.ts'
import { modelIdOf } from './model-id.ts'
import { settingParams } from './setting-params.ts'
import type { Figures, TrackData, TrackReply } from './track-messages.ts'
import { readTraffic, type Traffic } from './traffic.ts'
import { keyPart, trafficMetrics } from './traffic-metrics.ts'

/** Points of a server that is away for days are not kept: the oldest go first. */
const MOST_WAITING = 20_000

type Tell = (level: Extract<TrackReply, { kind: 'log' }>['level'], message: string) => void

/** The run of a server: what it does, as metrics over time. No failure of the tracking server gets out of here. */
export class ServingRecord {
  readonly #data: TrackData
  readonly #client: MlflowClient
  readonly #tell: Tell
  readonly #waiting: LogEntry[]
  readonly #known = new Set<string>()
  /** Models that the run does not have as inputs yet. */
  #newModels: readonly ModelFacts[] = []
  #traffic: Traffic | undefined
  #at: number
  #runId: string | undefined
  #isAway = false
  #dropped = 0

  constructor(data: TrackData, client: MlflowClient, tell: Tell) {
    this.#data = data
    this.#client = client
    this.#tell = tell
    this.#at = data.startedAt
    this.#waiting = settingParams(data.settings).map((param) => ({ kind: 'param', param }))
  }

  /** Takes down what the server has done until `at`, and sends all that waits. */
  async record(figures: Figures, at: number): Promise<void> {
    this.#addPoints(readTraffic(figures), at)
    const models = modelFacts(figures).filter((facts) => this.#isNew(facts))
    for (const facts of models) this.#addModel(facts)
    this.#newModels = [...this.#newModels, ...models]
    await this.#trying((runId) => this.#send(runId))
  }

  async end(figures: Figures, at: number, status: RunStatus): Promise<void> {
    this.#addPoints(readTraffic(figures), at)
    await this.#trying(async (runId) => {
      await this.#send(runId)
      await this.#client.setTerminated(runId, status, at)
    })
  }

  #addPoints(traffic: Traffic, at: number): void {
    const before = this.#traffic
    const seconds = (at - this.#at) / 1000
    this.#traffic = traffic
    this.#at = at
    if (before === undefined || seconds <= 0) return
    const step = Math.round((at - this.#data.startedAt) / 1000)
    for (const [key, value] of trafficMetrics(before, traffic, seconds)) {
      this.#waiting.push({ kind: 'metric', metric: { key, value, step, timestamp: at } })
    }
    if (this.#waiting.length > MOST_WAITING) this.#dropOldest()
  }

  /** A tenth of the points at once; what the run is and serves stays. */
  #dropOldest(): void {
    let rest = MOST_WAITING / 10
    const kept = this.#waiting.filter(({ kind }) => {
      if (kind !== 'metric' || rest === 0) return true
      rest -= 1
      return false
    })
    this.#dropped += this.#waiting.length - kept.length
    this.#waiting.splice(0, this.#waiting.length, ...kept)
  }

  #isNew({ name, version, uri }: ModelFacts): boolean {
    const key = `${name} ${version} ${uri}`
    const isNew = !this.#known.has(key)
    this.#known.add(key)
    return isNew
  }

  #addModel({ name, version, uri, engine, placement }: ModelFacts): void {
    const value = `${uri} (version ${version}, ${engine}, ${placement})`
    this.#waiting.push({
      kind: 'tag',
      tag: { key: `headrace.model.${keyPart(name)}.${keyPart(version)}`, value },
    })
  }

  /** A server that is away is told of once, and once when it is back. */
  async #trying(work: (runId: string) => Promise<void>): Promise<void> {
    try {
      this.#runId ??= await this.#create()
      await work(this.#runId)
      if (this.#isAway) this.#tell('info', `${this.#client.url} records again${this.#lost()}`)
      this.#isAway = false
    } catch (error) {
      if (!this.#isAway) this.#tell('warn', `What is served is not recorded for now: ${messageOf(error)}`)
      this.#isAway = true
    }
  }

  #lost(): string {
    const dropped = this.#dropped
    this.#dropped = 0
    return dropped === 0 ? '' : `; ${dropped} points of the time before are lost`
  }

  async #create(): Promise<string> {
    const { experiment, settings, startedAt } = this.#data
    const { experimentId } = await experimentNamed(this.#client, experiment)
    const { info } = await this.#client.createRun(experimentId, {
      runName: settings.trackRunName,
      startTime: startedAt,
      userId: userName(),
      tags: {
        'mlflow.user': userName(),
        'mlflow.source.name': 'headrace serve',
        'mlflow.source.type': 'LOCAL',
        'headrace.version': version(),
        'headrace.host': hostname(),
      },
    })
    this.#tell('info', `Recording as run ${info.runId} of experiment '${experiment}' at ${this.#client.url}`)
    return info.runId
  }

  /** What a server refuses is left out: it would refuse it again. */
  async #send(runId: string): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = takeBatch(this.#waiting)
      try {
        await this.#client.logBatch(runId, asLogBatch(batch))
      } catch (error) {
        if (!isRefusal(error)) this.#waiting.unshift(...batch)
        throw error
      }
    }
    await this.#logInputs(runId)
  }

  /** Models that no logged model is known of are told of by their tags alone. */
  async #logInputs(runId: string): Promise<void> {
    const models = this.#newModels
    const ids = await Promise.all(models.map((facts) => modelIdOf(this.#client, facts)))
    const known = ids.filter((id) => id !== undefined).map((modelId) => ({ modelId }))
    if (known.length > 0) await this.#client.logInputs(runId, { models: known })
    this.#newModels = []
  }
}

/** Anything else, a database that is locked or a full disk, passes. */
function isRefusal(error: unknown): boolean {
  if (!(error instanceof ServingError)) return false
  return ['INVALID_PARAMETER_VALUE', 'BAD_REQUEST', 'RESOURCE_DOES_NOT_EXIST'].includes(error.code)
}
