import type { Experiment } from '../../../entities/experiment.ts'
import { print, table, time } from '../../output.ts'
import { withClient } from '../../tracking/command.ts'
import { printEntity } from '../../tracking/print-entity.ts'
import { taken } from '../../tracking/taken.ts'
import { viewType } from '../../tracking/view.ts'
import type { ListOptions } from './options.ts'

export async function list(options: ListOptions): Promise<void> {
  const { view, filter, maxResults } = options
  const experiments = await withClient(options, 'read', (client) =>
    taken(client.allExperiments({ filter, viewType: viewType(view) }), maxResults),
  )
  if (options.json) printEntity(experiments)
  else if (experiments.length === 0) print('No experiments.')
  else print(table(['ID', 'NAME', 'STAGE', 'UPDATED (UTC)', 'ARTIFACT LOCATION'], experiments.map(row)))
}

function row(experiment: Experiment): readonly string[] {
  const { experimentId, name, lifecycleStage, lastUpdateTime, artifactLocation } = experiment
  return [experimentId, name, lifecycleStage, time(lastUpdateTime), artifactLocation]
}
