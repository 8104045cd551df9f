import { hostname } from 'node:os'
import { userName } from '../../../../client/fluent/run-tags.ts'
import { experimentNamed } from '../../../../client/fluent/set-experiment.ts'
import type { MlflowClient } from '../../../../client/mlflow-client.ts'
import type { RunStatus } from '../../../../entities/run-info.ts'
import { version } from '../../../version.ts'
import { type ModelFacts, modelFacts } from './model-facts.ts'
import { modelIdOf } from './model-id.ts'
import { RunWriter } from './run-writer.ts'
import { settingParams } from './setting-params.ts'
import type { Figures, TrackData, TrackReply } from './track-messages.ts'
import { readTraffic, type Traffic } from './traffic.ts'
import { keyPart, trafficMetrics } from './traffic-metrics.ts'

type Tell = (level: Extract<TrackReply, { kind: 'log' }>['level'], message: string) => void

/** The run of a server: what it does, as metrics over time. No failure of the tracking server gets out of here. */
export class ServingRecord {
  readonly #data: TrackData
  readonly #client: MlflowClient
  readonly #tell: Tell
  readonly #run: RunWriter
  readonly #known = new Set<string>()
  /** Models that the run does not have as inputs yet. */
  #newModels: readonly ModelFacts[] = []
  #traffic: Traffic | undefined
  #at: number

  constructor(data: TrackData, client: MlflowClient, tell: Tell) {
    this.#data = data
    this.#client = client
    this.#tell = tell
    this.#at = data.startedAt
    this.#run = new RunWriter({
      client,
      tell,
      open: () => this.#create(),
      subject: 'What is served',
    })
    for (const param of settingParams(data.settings)) this.#run.add({ kind: 'param', param })
  }

  /** Takes down what the server has done until `at`, and sends all that waits. */
  async record(figures: Figures, at: number): Promise<void> {
    this.#addPoints(readTraffic(figures), at)
    const models = modelFacts(figures).filter((facts) => this.#isNew(facts))
    for (const facts of models) this.#addModel(facts)
    this.#newModels = [...this.#newModels, ...models]
    await this.#run.trying((runId) => this.#send(runId))
  }

  async end(figures: Figures, at: number, status: RunStatus): Promise<void> {
    this.#addPoints(readTraffic(figures), at)
    await this.#run.trying(async (runId) => {
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
      this.#run.add({ kind: 'metric', metric: { key, value, step, timestamp: at } })
    }
  }

  #isNew({ name, version, uri }: ModelFacts): boolean {
    const key = `${name} ${version} ${uri}`
    const isNew = !this.#known.has(key)
    this.#known.add(key)
    return isNew
  }

  #addModel({ name, version, uri, engine, placement }: ModelFacts): void {
    const value = `${uri} (version ${version}, ${engine}, ${placement})`
    this.#run.add({
      kind: 'tag',
      tag: { key: `headrace.model.${keyPart(name)}.${keyPart(version)}`, value },
    })
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

  async #send(runId: string): Promise<void> {
    await this.#run.send(runId)
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
