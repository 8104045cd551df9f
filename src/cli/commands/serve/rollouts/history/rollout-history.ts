import { hostname } from 'node:os'
import type { MlflowClient } from '../../../../../client/mlflow-client.ts'
import { internalError } from '../../../../../core/errors.ts'
import type { RunStatus } from '../../../../../entities/run-info.ts'
import { reportPage } from '../../../../../rollout/report/report-page.ts'
import type { RolloutModel } from '../../../../../rollout/rollout-messages.ts'
import type { RolloutPlan } from '../../../../../rollout/rollout-plan.ts'
import type { RolloutPhase } from '../../../../../rollout/rollout-state.ts'
import type { RolloutView } from '../../../../../rollout/rollout-view.ts'
import { rolloutViewJson } from '../../../../../rollout/rollout-view-json.ts'
import { modelIdOf } from '../../track/model-id.ts'
import { RunWriter } from '../../track/run-writer.ts'
import { keyPart, type MetricValues } from '../../track/traffic-metrics.ts'
import type { RolloutRecord } from '../keeper-parts.ts'
import { OutcomeArtifacts } from './outcome-artifacts.ts'
import { planParams } from './plan-params.ts'
import { endRun, type RolloutRun, rolloutRun } from './rollout-run.ts'
import { viewMetrics } from './view-metrics.ts'

export interface RolloutHistoryInit {
  readonly plan: RolloutPlan
  readonly models: readonly RolloutModel[]
  readonly experiment: string
  readonly client: MlflowClient
  /** Of the outcomes that this machine takes. */
  readonly outcomeFolder: string
  /** Other replicas may have another disk: outcomes are exchanged with them while the rollout runs. Else uploaded at its end alone. */
  readonly exchangesOutcomes: boolean
  readonly onRun: (runId: string) => void
  /** Run of the rollout whose name this one has taken; it is ended. */
  readonly takenFrom?: string | undefined
  readonly tell: (level: 'info' | 'warn', message: string) => void
  /** Between two points; 60 000 unless set. */
  readonly intervalMs?: number
  /** Milliseconds since 1970. */
  readonly now: () => number
}

const STATUS: Readonly<Record<RolloutPhase, RunStatus>> = {
  running: 'RUNNING',
  promoted: 'FINISHED',
  aborted: 'KILLED',
  'rolled-back': 'FAILED',
}

const POINT_MS = 60_000
/** Points that wait for a server that is away: a day of them. */
const MOST_POINTS = 1440
/** Files of outcomes are sent whole, when they have grown by a fifth. */
const EARLY_GROWTH = 1.2
/** The end of a server waits for the last of its history this long. */
const MOST_END_MS = 1500

/** How a rollout stood. */
interface Point {
  /** Of `runKey`. */
  readonly run: string
  readonly metrics: MetricValues
  /** Seconds since the rollout began. */
  readonly step: number
  readonly timestamp: number
}

/**
 * The history of a rollout as a run of MLflow: plan, models, how it stood over time, and at its end the report and the outcomes.
 * All replicas write to one run: those of the machine whose replica has made it under the plain names, all others under
 * `replicas/HOST/`. Nothing that the tracking server does or fails to do gets out of here, or holds anybody up.
 */
export class RolloutHistory implements RolloutRecord {
  readonly #init: RolloutHistoryInit
  readonly #run: RunWriter
  readonly #points: Point[] = []
  #outcomes: OutcomeArtifacts
  #shared: RolloutRun | undefined
  /** A run that nobody writes to any more, and that may not have been ended. */
  #left: string | undefined
  /** The latest. */
  #view: RolloutView | undefined
  /** As it was at the last point. */
  #taken: RolloutView | undefined
  #takenAt = Number.NEGATIVE_INFINITY
  /** Of the rollout whose report this replica has written: outcomes that it tells of. */
  #reportedOutcomes: number | undefined
  #isOwed = false
  #writing: Promise<void> | undefined
  #isClosed = false

  constructor(init: RolloutHistoryInit) {
    this.#init = init
    const { client, plan, tell, takenFrom } = init
    this.#outcomes = this.#noOutcomes()
    this.#left = takenFrom
    const subject = `The history of the rollout ${plan.name}`
    this.#run = new RunWriter({ client, tell, subject, open: () => this.#open() })
  }

  note(view: RolloutView): void {
    if (this.#isClosed) return
    this.#view = view
    const taken = this.#taken
    if (taken !== undefined && runKey(taken) !== runKey(view)) {
      this.#left = this.#shared?.runId ?? this.#left
      this.#leaveRun()
    }
    const { runId } = view
    if (runId !== undefined && this.#shared !== undefined && runId !== this.#shared.runId) this.#leaveRun()
    const isChange = taken?.step !== view.step || taken.phase !== view.phase || runKey(taken) !== runKey(view)
    const { intervalMs = POINT_MS, now } = this.#init
    const isDue = Math.abs(now() - this.#takenAt) >= intervalMs && !this.#isOver(view)
    if (!isChange && !isDue) return
    this.#takePoint(view)
    this.#write()
  }

  async close(): Promise<void> {
    const view = this.#view
    if (view !== undefined && !this.#isClosed) {
      this.#isClosed = true
      if (!this.#isOver(view)) this.#takePoint(view)
      const late = new Promise<void>((resolve) => setTimeout(resolve, MOST_END_MS).unref())
      await Promise.race([this.#finish(), late])
    }
    await this.#init.client.close().catch(() => undefined)
  }

  async #finish(): Promise<void> {
    this.#write()
    await this.#writing
  }

  /** It has ended, and all is there that is to be. */
  #isOver({ phase }: RolloutView): boolean {
    return phase !== 'running' && (this.#reportedOutcomes !== undefined || this.#shared?.hasEnded === true)
  }

  /** A rollout that begins again has another run, and so it is where another replica's run is the one that holds. */
  #leaveRun(): void {
    this.#shared = undefined
    this.#reportedOutcomes = undefined
    this.#outcomes = this.#noOutcomes()
    this.#run.begin(undefined)
  }

  /** A run that has none of the files yet. */
  #noOutcomes(): OutcomeArtifacts {
    const { client, outcomeFolder } = this.#init
    return new OutcomeArtifacts(client, outcomeFolder)
  }

  #takePoint(view: RolloutView): void {
    const timestamp = this.#init.now()
    this.#taken = view
    this.#takenAt = timestamp
    const step = Math.max(0, Math.round((timestamp - view.startedAt) / 1000))
    this.#points.push({ run: runKey(view), metrics: viewMetrics(view), step, timestamp })
    if (this.#points.length > MOST_POINTS) this.#points.shift()
  }

  /** One at a time; what comes meanwhile goes after it. */
  #write(): void {
    this.#isOwed = true
    this.#writing ??= this.#writeOwed().finally(() => {
      this.#writing = undefined
    })
  }

  async #writeOwed(): Promise<void> {
    while (this.#isOwed) {
      this.#isOwed = false
      await this.#writeAll()
    }
  }

  async #writeAll(): Promise<void> {
    await this.#run.trying(async (runId) => {
      const [shared, view] = [this.#shared, this.#view]
      if (shared === undefined || view === undefined) return
      this.#addPoints(shared, view)
      await this.#run.send(runId)
      if (view.phase !== 'running') await this.#end(shared, view)
      else if (this.#init.exchangesOutcomes) await this.#exchangeOutcomes(runId)
      await this.#endLeft()
    })
  }

  /** Machines that go away take their disks with them. */
  async #exchangeOutcomes(runId: string): Promise<void> {
    await this.#outcomes.upload(runId, this.#isClosed ? 1 : EARLY_GROWTH)
    if (!this.#isClosed) await this.#outcomes.fetch(runId)
  }

  async #open(): Promise<string> {
    const { client, experiment, onRun, tell, plan } = this.#init
    const view = this.#view
    if (view === undefined) throw internalError('A history without a rollout: this is a bug')
    const shared = await rolloutRun(client, experiment, view)
    if (shared.isNew) {
      this.#addPlan(view)
      await this.#logInputs(shared.runId)
    }
    // It has begun again meanwhile.
    if (this.#view !== undefined && runKey(this.#view) !== runKey(view)) {
      this.#left = shared.runId
      return this.#open()
    }
    this.#shared = shared
    if (shared.isNew) {
      tell('info', `The history of the rollout ${plan.name} is run ${shared.runId} of ${client.url}`)
    }
    if (view.runId !== shared.runId) onRun(shared.runId)
    return shared.runId
  }

  #addPlan(view: RolloutView): void {
    for (const param of planParams(this.#init.plan)) this.#run.add({ kind: 'param', param })
    for (const { name, modelUri, modelVersion } of view.variants) {
      const tag = {
        key: `headrace.variant.${keyPart(name)}`,
        value: `${modelUri} (version ${modelVersion})`,
      }
      this.#run.add({ kind: 'tag', tag })
    }
  }

  /** Models that no logged model is known of are told of by their tags alone. */
  async #logInputs(runId: string): Promise<void> {
    const { client, models } = this.#init
    const ids = await Promise.all(models.map((model) => modelIdOf(client, model)))
    const known = [...new Set(ids)].filter((id) => id !== undefined).map((modelId) => ({ modelId }))
    if (known.length > 0) await client.logInputs(runId, { models: known })
  }

  #addPoints(shared: RolloutRun, view: RolloutView): void {
    const place = placeOf(shared)
    for (const { run, metrics, step, timestamp } of this.#points.splice(0)) {
      if (run !== runKey(view)) continue
      for (const [key, value] of metrics) {
        this.#run.add({ kind: 'metric', metric: { key: `${place}${key}`, value, step, timestamp } })
      }
    }
    if (place !== '') return
    const said = { 'headrace.phase': view.phase, 'mlflow.note.content': view.decision }
    for (const [key, value] of Object.entries(said)) this.#run.add({ kind: 'tag', tag: { key, value } })
  }

  /** A replica that is started when all is over knows less than what is there. */
  async #end(shared: RolloutRun, view: RolloutView): Promise<void> {
    if (shared.hasEnded) return
    const outcomes = view.variants.reduce((sum, variant) => sum + variant.outcomes, 0)
    if (this.#reportedOutcomes === outcomes) return
    const { client } = this.#init
    const { runId } = shared
    for (const place of await this.#reportPlaces(shared)) {
      await client.logText(runId, reportPage(view, 'run'), `${place}report.html`)
      await client.logJson(runId, rolloutViewJson(view), `${place}report.json`)
    }
    await this.#outcomes.upload(runId)
    await client.setTerminated(runId, STATUS[view.phase], view.changedAt)
    if (this.#shared === shared) this.#reportedOutcomes = outcomes
  }

  async #endLeft(): Promise<void> {
    const left = this.#left
    if (left === undefined) return
    await endRun(this.#init.client, left, this.#init.now())
    if (this.#left === left) this.#left = undefined
  }

  /** The machine that began it may be gone by now: then there is one report at least. */
  async #reportPlaces(shared: RolloutRun): Promise<readonly string[]> {
    const place = placeOf(shared)
    if (place === '') return [place]
    const files = await this.#init.client.listArtifacts(shared.runId)
    return files.some(({ path }) => path === 'report.html') ? [place] : [place, '']
  }
}

/** A rollout that begins again has the same id. */
function runKey({ id, startedAt }: RolloutView): string {
  return `${id} ${startedAt}`
}

function placeOf({ host }: RolloutRun): string {
  return host === hostname() ? '' : `replicas/${keyPart(hostname())}/`
}
