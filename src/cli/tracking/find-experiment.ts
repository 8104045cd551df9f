import type { Command } from 'commander'
import type { MlflowClient } from '../../client/mlflow-client.ts'
import { notFound } from '../../core/errors.ts'
import type { Experiment } from '../../entities/experiment.ts'
import { usageError } from '../usage-error.ts'

/** An experiment by its id or by its name. */
export interface ExperimentChoice {
  readonly experimentId?: string
  readonly experimentName?: string
}

export function withExperiment(command: Command, short: '-x, ' | '' = '-x, '): Command {
  return command
    .option(`${short}--experiment-id <id>`, 'id of the experiment')
    .option('-n, --experiment-name <name>', 'its name, in place of the id')
}

/** @throws ServingError RESOURCE_DOES_NOT_EXIST */
export async function findExperiment(client: MlflowClient, choice: ExperimentChoice): Promise<Experiment> {
  const { experimentId, experimentName } = choice
  if ((experimentId === undefined) === (experimentName === undefined)) {
    throw usageError('Name the experiment by --experiment-id or by --experiment-name')
  }
  if (experimentId !== undefined) return client.getExperiment(experimentId)
  const found = await client.getExperimentByName(experimentName ?? '')
  if (found === undefined) throw notFound(`There is no experiment named '${experimentName}' in ${client.url}`)
  return found
}
