import { invalidParameter, ServingError } from '../core/errors.ts'
import type { Experiment } from '../entities/experiment.ts'
import type { LoggedModel } from '../entities/logged-model.ts'
import type { RunInfo } from '../entities/run-info.ts'
import type { Connection } from './connection.ts'
import type { CallOptions } from './connection-options.ts'
import { allPages } from './pages.ts'
import { equals } from './search-text.ts'
import { readExperiment, readLoggedModel, readRunInfo } from './tracking-wire.ts'
import { requiredObject, type WireObject } from './wire.ts'

const API = '/api/2.0/mlflow'

/** Which logged models are asked for. */
export interface LoggedModelFilter {
  readonly experimentId: string
  readonly name: string
}

/**
 * MLflow's tracking server over REST, as far as finding models goes. What an id names must be there, or the method
 * throws ServingError RESOURCE_DOES_NOT_EXIST with the server's message.
 */
export class TrackingApi {
  readonly #connection: Connection

  constructor(connection: Connection) {
    this.#connection = connection
  }

  /** The server's URL, without credentials. */
  get url(): string {
    return this.#connection.url
  }

  async getRun(runId: string, call?: CallOptions): Promise<RunInfo> {
    const query = { run_id: runId }
    const answer = await this.#connection.json({ method: 'GET', path: `${API}/runs/get`, query }, call)
    return readRunInfo(requiredObject(answer, 'run'))
  }

  async getExperiment(experimentId: string, call?: CallOptions): Promise<Experiment> {
    const query = { experiment_id: experimentId }
    const answer = await this.#connection.json({ method: 'GET', path: `${API}/experiments/get`, query }, call)
    return readExperiment(requiredObject(answer, 'experiment'))
  }

  /** @throws ServingError INVALID_PARAMETER_VALUE also for an id that MLflow never gives */
  async getLoggedModel(modelId: string, call?: CallOptions): Promise<LoggedModel> {
    if (!/^m-[0-9a-f]{32}$/.test(modelId)) {
      throw invalidParameter(`'${modelId}' is not the id of a logged model (m- and 32 hexadecimal digits)`)
    }
    const path = `${API}/logged-models/${modelId}`
    const answer = await this.#connection.json({ method: 'GET', path }, call)
    return readLoggedModel(requiredObject(answer, 'model'))
  }

  /** Those of an experiment that have this name, the newest first. None where the server is older than MLflow 3. */
  async searchLoggedModels(filter: LoggedModelFilter, call?: CallOptions): Promise<readonly LoggedModel[]> {
    try {
      const found = await allPages('models', (token) => this.#searchPage(filter, token, call))
      return found
        .map(readLoggedModel)
        .filter((model) => model.name === filter.name)
        .sort((a, b) => b.creationTimestamp - a.creationTimestamp)
    } catch (error) {
      if (error instanceof ServingError && error.code === 'ENDPOINT_NOT_FOUND') return []
      throw error
    }
  }

  #searchPage(
    { experimentId, name }: LoggedModelFilter,
    token: string | undefined,
    call: CallOptions | undefined,
  ): Promise<WireObject> {
    const condition = equals('name', name)
    const body = {
      experiment_ids: [experimentId],
      order_by: [{ field_name: 'creation_timestamp', ascending: false }],
      ...(condition === undefined ? {} : { filter: condition }),
      ...(token === undefined ? {} : { page_token: token }),
    }
    return this.#connection.json({ method: 'POST', path: `${API}/logged-models/search`, body }, call)
  }
}
