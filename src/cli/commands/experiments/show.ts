import { print, time } from '../../output.ts'
import { withClient } from '../../tracking/command.ts'
import { findExperiment } from '../../tracking/find-experiment.ts'
import { facts, printEntity, tagFacts } from '../../tracking/print-entity.ts'
import type { ExperimentOptions } from './options.ts'

export async function show(options: ExperimentOptions): Promise<void> {
  const experiment = await withClient(options, 'read', (client) => findExperiment(client, options))
  if (options.json) return printEntity(experiment)
  const { experimentId, name, lifecycleStage, artifactLocation, creationTime, lastUpdateTime, tags } =
    experiment
  print(
    facts([
      ['id', experimentId],
      ['name', name],
      ['stage', lifecycleStage],
      ['artifacts', artifactLocation],
      ['created', `${time(creationTime)} UTC`],
      ['updated', `${time(lastUpdateTime)} UTC`],
      ...(tags.length === 0 ? [] : [['tags', ''] as const, ...tagFacts(tags)]),
    ]),
  )
}
