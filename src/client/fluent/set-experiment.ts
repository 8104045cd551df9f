import { invalidParameter, ServingError } from '../../core/errors.ts'
import { DEFAULT_EXPERIMENT_ID, type Experiment } from '../../entities/experiment.ts'
import type { MlflowClient } from '../mlflow-client.ts'
import { chooseExperiment, chosenExperiment, defaultClient } from './defaults.ts'

/** Chooses the experiment of runs that name none, by its name; makes it where it is not there. */
export async function setExperiment(name: string): Promise<Experiment> {
  const experiment = await experimentNamed(defaultClient(), name)
  chooseExperiment(experiment.experimentId)
  return experiment
}

/**
 * The experiment with this name, made where it is not there.
 * @throws ServingError INVALID_PARAMETER_VALUE for one that is deleted
 */
export async function experimentNamed(client: MlflowClient, name: string): Promise<Experiment> {
  const found = (await client.getExperimentByName(name)) ?? (await create(client, name))
  if (found.lifecycleStage === 'active') return found
  throw invalidParameter(
    `Cannot set a deleted experiment '${name}' as the active experiment. Restore it, or delete it for good, to use ` +
      'its name',
  )
}

/** Id of the experiment of a run that names none: what was chosen, what the variables say, or the default. */
export async function defaultExperimentId(client: MlflowClient): Promise<string> {
  const { MLFLOW_EXPERIMENT_NAME: name, MLFLOW_EXPERIMENT_ID: id } = process.env
  const chosen = chosenExperiment()
  if (chosen !== undefined) return chosen
  if (name) return (await experimentNamed(client, name)).experimentId
  return id || DEFAULT_EXPERIMENT_ID
}

/** Another program may make it at the same time. */
async function create(client: MlflowClient, name: string): Promise<Experiment> {
  try {
    return await client.getExperiment(await client.createExperiment(name))
  } catch (error) {
    const isThere = error instanceof ServingError && error.code === 'RESOURCE_ALREADY_EXISTS'
    const found = isThere ? await client.getExperimentByName(name) : undefined
    if (found === undefined) throw error
    return found
  }
}
