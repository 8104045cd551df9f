import { alreadyExists, badRequest, invalidState } from '../../core/errors.ts'
import { appendToUri } from '../../core/uri-path.ts'
import {
  DEFAULT_EXPERIMENT_ID,
  DEFAULT_EXPERIMENT_NAME,
  type Experiment,
  type LifecycleStage,
} from '../../entities/experiment.ts'
import type { Int64 } from '../../entities/int64.ts'
import type { Tag } from '../../entities/tag.ts'
import { type ArtifactHosts, NO_ARTIFACT_HOSTS } from '../artifact-hosts.ts'
import { experimentNumber } from '../experiment-number.ts'
import type { Page } from '../search/page.ts'
import { sql } from '../sql/sql.ts'
import type { SqlDatabase, SqlSession } from '../sql/sql-database.ts'
import { requireExperimentName } from '../validation.ts'
import { WORKSPACE } from '../workspace.ts'
import { asArtifactLocation } from './artifact-location.ts'
import { experimentTags, findExperiment, requireActive, requireExperiment } from './experiment-queries.ts'
import { type ExperimentSearch, searchExperiments } from './experiment-search.ts'
import type { ExperimentStore } from './experiment-store.ts'
import { deleteTag, replaceTags } from './experiment-tags.ts'
import { deleteRunsOf, restoreRunsOf } from './run-deletion.ts'
import { DEFAULT_TRACKING_LIMITS, type TrackingLimits } from './tracking-limits.ts'
import { type ExperimentRow, toExperiment } from './tracking-rows.ts'
import { requireExperimentTag } from './tracking-validation.ts'

/** Experiments on MLflow's SQL schema. */
export class SqlExperiments implements ExperimentStore {
  readonly #database: SqlDatabase
  readonly #artifactRoot: string
  readonly #hosts: ArtifactHosts
  readonly #limits: TrackingLimits

  /**
   * @param artifactRoot an absolute path or a URI: experiments that name no artifact location get a folder of it
   * @param hosts that artifact locations may name, beside that of the artifact root
   */
  constructor(
    database: SqlDatabase,
    artifactRoot: string,
    hosts = NO_ARTIFACT_HOSTS,
    limits = DEFAULT_TRACKING_LIMITS,
  ) {
    this.#database = database
    this.#artifactRoot = artifactRoot
    this.#hosts = { ...hosts, trusted: [...hosts.trusted, artifactRoot] }
    this.#limits = limits
  }

  get(experimentId: string): Promise<Experiment> {
    return this.#database.read((session) => requireExperiment(session, experimentId || DEFAULT_EXPERIMENT_ID))
  }

  findByName(name: string): Promise<Experiment | undefined> {
    return this.#database.read(async (session) => {
      const row = await findByName(session, name)
      return row === undefined
        ? undefined
        : toExperiment(row, await experimentTags(session, row.experiment_id))
    })
  }

  search(search: ExperimentSearch): Promise<Page<Experiment>> {
    return this.#database.read((session) => searchExperiments(session, search))
  }

  ensureDefault(): Promise<Experiment> {
    return this.#database.write(async (session) => {
      const found = await findExperiment(session, DEFAULT_EXPERIMENT_ID)
      if (found !== undefined) return found
      const now = Date.now()
      const location = this.#locationOf(DEFAULT_EXPERIMENT_ID)
      await session.run(sql`
        INSERT INTO "experiments" ("experiment_id", "name", "artifact_location", "lifecycle_stage",
          "creation_time", "last_update_time", "workspace")
        VALUES (${Number(DEFAULT_EXPERIMENT_ID)}, ${DEFAULT_EXPERIMENT_NAME}, ${location}, 'active',
          ${now}, ${now}, ${WORKSPACE})`)
      return requireExperiment(session, DEFAULT_EXPERIMENT_ID)
    })
  }

  async create(name: string, artifactLocation = '', tags: readonly Tag[] = []): Promise<Experiment> {
    const { artifactLocationLength } = this.#limits
    const location =
      artifactLocation === '' ? '' : asArtifactLocation(artifactLocation, this.#hosts, artifactLocationLength)
    requireExperimentName(name)
    for (const tag of tags) requireExperimentTag(tag)
    return this.#database.write(async (session) => {
      // As in MLflow, id 0 is the Default experiment's, also where another one is made first.
      await this.#on(session).ensureDefault()
      if ((await findByName(session, name)) !== undefined) throw nameTaken(name)
      const experimentId = await this.#insert(session, name, location)
      if (new Set(tags.map(({ key }) => key)).size < tags.length) {
        throw alreadyExists(`Experiment(name=${name}) already exists. Error: a tag is given twice`)
      }
      await replaceTags(session, experimentId, tags)
      return requireExperiment(session, String(experimentId))
    })
  }

  async rename(experimentId: string, name: string): Promise<void> {
    requireExperimentName(name)
    await this.#database.write(async (session) => {
      const { lifecycleStage } = await requireExperiment(session, experimentId)
      if (lifecycleStage !== 'active') throw invalidState('Cannot rename a non-active experiment.')
      const other = await findByName(session, name)
      if (other !== undefined && String(other.experiment_id) !== String(experimentNumber(experimentId))) {
        throw badRequest(`Another experiment has the name '${name}'`, { name })
      }
      await session.run(sql`
        UPDATE "experiments" SET "name" = ${name}, "last_update_time" = ${Date.now()}
        WHERE "experiment_id" = ${experimentNumber(experimentId)}`)
    })
  }

  delete(experimentId: string): Promise<void> {
    return this.#database.write(async (session) => {
      await requireExperiment(session, experimentId, 'active')
      await setStage(session, experimentNumber(experimentId), 'deleted')
      await deleteRunsOf(session, experimentNumber(experimentId))
    })
  }

  restore(experimentId: string): Promise<void> {
    return this.#database.write(async (session) => {
      await requireExperiment(session, experimentId, 'deleted')
      await setStage(session, experimentNumber(experimentId), 'active')
      await restoreRunsOf(session, experimentNumber(experimentId))
    })
  }

  async setTag(experimentId: string, tag: Tag): Promise<void> {
    requireExperimentTag(tag)
    await this.#database.write(async (session) => {
      requireActive(await requireExperiment(session, experimentId))
      await replaceTags(session, experimentNumber(experimentId), [tag])
    })
  }

  deleteTag(experimentId: string, key: string): Promise<void> {
    return this.#database.write(async (session) => {
      requireActive(await requireExperiment(session, experimentId))
      await deleteTag(session, experimentId, key)
    })
  }

  /** @returns the id of the new experiment */
  async #insert(session: SqlSession, name: string, location: string): Promise<Int64> {
    const now = Date.now()
    await session.run(sql`
      INSERT INTO "experiments" ("name", "artifact_location", "lifecycle_stage", "creation_time",
        "last_update_time", "workspace")
      VALUES (${name}, ${location}, 'active', ${now}, ${now}, ${WORKSPACE})`)
    const id = (await findByName(session, name))?.experiment_id ?? 0
    if (location === '') {
      await session.run(sql`
        UPDATE "experiments" SET "artifact_location" = ${this.#locationOf(String(id))}
        WHERE "experiment_id" = ${id}`)
    }
    return id
  }

  #locationOf(experimentId: string): string {
    return appendToUri(this.#artifactRoot, experimentId)
  }

  /** This store as a part of a transaction under way. */
  #on(session: SqlSession): SqlExperiments {
    return new SqlExperiments(session, this.#artifactRoot, this.#hosts, this.#limits)
  }
}

function findByName(session: SqlSession, name: string): Promise<ExperimentRow | undefined> {
  return session.first<ExperimentRow>(
    sql`SELECT * FROM "experiments" WHERE "workspace" = ${WORKSPACE} AND "name" = ${name}`,
  )
}

async function setStage(session: SqlSession, experimentId: Int64, stage: LifecycleStage): Promise<void> {
  await session.run(sql`
    UPDATE "experiments" SET "lifecycle_stage" = ${stage}, "last_update_time" = ${Date.now()}
    WHERE "experiment_id" = ${experimentId}`)
}

function nameTaken(name: string): Error {
  return alreadyExists(
    `Experiment(name=${name}) already exists. Error: UNIQUE constraint failed: experiments.workspace, experiments.name`,
    { name },
  )
}
