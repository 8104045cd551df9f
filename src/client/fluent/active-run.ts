import { messageOf } from '../../core/errors.ts'
import type { Run } from '../../entities/run.ts'
import type { RunInfo, RunStatus } from '../../entities/run-info.ts'
import type { CallOptions } from '../api/api-client.ts'
import type { MetricOptions, RunInputsToLog } from '../api/metric-client.ts'
import type { Texts } from '../api/tags.ts'
import type { LogQueue, LogQueueOptions } from '../log-queue/log-queue.ts'
import type { MlflowClient } from '../mlflow-client.ts'

/**
 * A run that is under way. Metrics, params and tags are sent in the background; all of it is there when the run has
 * ended, or after `flush`. Files are sent when they are logged.
 */
export class ActiveRun {
  readonly info: RunInfo
  readonly client: MlflowClient
  /** @internal When it has been told to end, whether or not that went well. */
  readonly whenEnded: Promise<void>
  readonly #queue: LogQueue
  readonly #told: () => void
  #ended: Promise<void> | undefined

  /** @internal */
  constructor(client: MlflowClient, { info }: Run, options: LogQueueOptions) {
    this.client = client
    this.info = info
    const { promise, resolve } = Promise.withResolvers<void>()
    this.whenEnded = promise
    this.#told = resolve
    this.#queue = client.batch(info.runId, options)
  }

  get runId(): string {
    return this.info.runId
  }

  get experimentId(): string {
    return this.info.experimentId
  }

  get hasEnded(): boolean {
    return this.#ended !== undefined
  }

  /** @returns when there is room for more: await it in a loop that logs faster than the server takes */
  logMetric(key: string, value: number, options?: MetricOptions): Promise<void> {
    return this.#queue.logMetric(key, value, options)
  }

  /** Values of several metrics, at one step and time. */
  logMetrics(metrics: Readonly<Record<string, number>>, options?: MetricOptions): Promise<void> {
    return this.#queue.logMetrics(metrics, options)
  }

  /** A run has each param once: another value for it is a failure. */
  logParam(key: string, value: Texts[string]): Promise<void> {
    return this.#queue.logParam(key, value)
  }

  logParams(params: Texts): Promise<void> {
    return this.#queue.logParams(params)
  }

  setTag(key: string, value: Texts[string]): Promise<void> {
    return this.#queue.setTag(key, value)
  }

  setTags(tags: Texts): Promise<void> {
    return this.#queue.setTags(tags)
  }

  /** Datasets and logged models that the run uses. */
  logInputs(inputs: RunInputsToLog, call?: CallOptions): Promise<void> {
    return this.client.logInputs(this.runId, inputs, call)
  }

  logArtifact(localPath: string, artifactPath?: string, call?: CallOptions): Promise<void> {
    return this.client.logArtifact(this.runId, localPath, artifactPath, call)
  }

  logArtifacts(localFolder: string, artifactPath?: string, call?: CallOptions): Promise<void> {
    return this.client.logArtifacts(this.runId, localFolder, artifactPath, call)
  }

  logText(text: string, artifactFile: string, call?: CallOptions): Promise<void> {
    return this.client.logText(this.runId, text, artifactFile, call)
  }

  logJson(value: unknown, artifactFile: string, call?: CallOptions): Promise<void> {
    return this.client.logJson(this.runId, value, artifactFile, call)
  }

  /** Sends what is queued. @throws LogFailuresError where some of it could not be logged */
  flush(): Promise<void> {
    return this.#queue.flush()
  }

  /**
   * Sends what is queued and ends the run; only the first call counts. Where something could not be logged, a run
   * that would be FINISHED is FAILED.
   * @throws LogFailuresError in that case, when the run has ended
   */
  end(status: RunStatus = 'FINISHED', call?: CallOptions): Promise<void> {
    this.#ended ??= this.#end(status, call).finally(this.#told)
    return this.#ended
  }

  /** Ends a run that has not been ended, as FINISHED. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.end()
  }

  async #end(status: RunStatus, call: CallOptions | undefined): Promise<void> {
    const endTime = Date.now()
    try {
      await this.#queue.flush()
    } catch (error) {
      // What was lost is what the caller has to know.
      await this.client
        .setTerminated(this.runId, status === 'FINISHED' ? 'FAILED' : status, endTime, call)
        .catch((left: unknown) => process.emitWarning(`Run ${this.runId} is not ended: ${messageOf(left)}`))
      throw error
    }
    await this.client.setTerminated(this.runId, status, endTime, call)
  }
}
