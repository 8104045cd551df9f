import type { MlflowClient } from '../../../client/mlflow-client.ts'
import type { Experiment } from '../../../entities/experiment.ts'
import { print } from '../../output.ts'
import { withClient } from '../../tracking/command.ts'
import { findExperiment } from '../../tracking/find-experiment.ts'
import { nameOf, printEntity } from '../../tracking/print-entity.ts'
import type { CreateOptions, ExperimentOptions, RenameOptions } from './options.ts'

export async function create(options: CreateOptions): Promise<void> {
  const { experimentName, artifactLocation, json } = options
  const id = await withClient(options, 'write', (client) =>
    client.createExperiment(experimentName, { artifactLocation }),
  )
  if (json) printEntity({ experimentId: id, name: experimentName })
  else print(`Created ${nameOf({ name: experimentName, experimentId: id })}.`)
}

export async function remove(options: ExperimentOptions): Promise<void> {
  const experiment = await change(options, (client, { experimentId }) =>
    client.deleteExperiment(experimentId),
  )
  tell(options, experiment, `Deleted ${nameOf(experiment)}.`)
}

export async function restore(options: ExperimentOptions): Promise<void> {
  const experiment = await change(options, (client, { experimentId }) =>
    client.restoreExperiment(experimentId),
  )
  tell(options, experiment, `Restored ${nameOf(experiment)}.`)
}

export async function rename(options: RenameOptions): Promise<void> {
  const { newName } = options
  const experiment = await change(options, (client, { experimentId }) =>
    client.renameExperiment(experimentId, newName),
  )
  tell(options, { ...experiment, name: newName }, `Renamed ${nameOf(experiment)} to '${newName}'.`)
}

/** @returns the experiment as it was before. */
function change(
  options: ExperimentOptions,
  work: (client: MlflowClient, experiment: Experiment) => Promise<void>,
): Promise<Experiment> {
  return withClient(options, 'write', async (client) => {
    const experiment = await findExperiment(client, options)
    await work(client, experiment)
    return experiment
  })
}

function tell({ json }: ExperimentOptions, { experimentId, name }: Experiment, sentence: string): void {
  if (json) printEntity({ experimentId, name })
  else print(sentence)
}
