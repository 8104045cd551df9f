import type { Run } from '../../../entities/run.ts'
import { print, time } from '../../output.ts'
import { withClient } from '../../tracking/command.ts'
import { facts, printEntity, tagFacts } from '../../tracking/print-entity.ts'
import type { RunOptions } from './options.ts'
import { durationText, metricText } from './run-text.ts'

type Facts = readonly (readonly [string, string])[]

export async function show(options: RunOptions): Promise<void> {
  const run = await withClient(options, 'read', (client) => client.getRun(options.runId))
  if (options.json) printEntity(run)
  else print(facts([...infoFacts(run), ...dataFacts(run)]))
}

function infoFacts({ info }: Run): Facts {
  return [
    ['id', info.runId],
    ['name', info.runName],
    ['experiment', info.experimentId],
    ['status', info.lifecycleStage === 'deleted' ? `${info.status} (deleted)` : info.status],
    ['user', info.userId],
    ['started', `${time(info.startTime)} UTC`],
    ['duration', durationText(info)],
    ['artifacts', info.artifactUri],
  ]
}

function dataFacts({ data, inputs, outputs }: Run): Facts {
  const metrics = data.metrics.map(({ key, value, step }) => ({
    key,
    value: `${metricText(value)} (step ${step})`,
  }))
  const datasets = inputs.datasetInputs.map(({ dataset }) => ({ key: dataset.name, value: dataset.digest }))
  const made = outputs?.modelOutputs.map(({ modelId }) => ({ key: modelId, value: '' })) ?? []
  const used = inputs.modelInputs.map(({ modelId }) => ({ key: modelId, value: '' }))
  return [
    ...section('metrics', metrics),
    ...section('params', data.params),
    ...section('datasets', datasets),
    ...section('models used', used),
    ...section('models made', made),
    ...section('tags', data.tags),
  ]
}

function section(title: string, tags: Parameters<typeof tagFacts>[0]): Facts {
  return tags.length === 0 ? [] : [[title, ''], ...tagFacts(tags)]
}
