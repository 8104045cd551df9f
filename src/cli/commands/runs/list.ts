import type { Run } from '../../../entities/run.ts'
import { print, table, time } from '../../output.ts'
import { withClient } from '../../tracking/command.ts'
import { findExperiment } from '../../tracking/find-experiment.ts'
import { printEntity } from '../../tracking/print-entity.ts'
import { taken } from '../../tracking/taken.ts'
import { viewType } from '../../tracking/view.ts'
import type { ListOptions } from './options.ts'
import { durationText, metricText } from './run-text.ts'

/** A wider line than this is none that a person reads. */
const MOST_METRICS = 4

export async function list(options: ListOptions): Promise<void> {
  const runs = await withClient(options, 'read', async (client) => {
    const { view, filter, maxResults } = options
    const { experimentId } = await findExperiment(client, options)
    const orderBy = options.orderBy?.split(',').map((key) => key.trim())
    const search = { experimentIds: [experimentId], filter, orderBy, viewType: viewType(view) }
    return taken(client.allRuns(search), maxResults)
  })
  if (options.json) printEntity(runs)
  else if (runs.length === 0) print('No runs.')
  else print(table(['RUN ID', 'NAME', 'STATUS', 'START (UTC)', 'DURATION', 'METRICS'], runs.map(row)))
}

function row({ info, data }: Run): readonly string[] {
  const shown = data.metrics
    .slice(0, MOST_METRICS)
    .map((metric) => `${metric.key}=${metricText(metric.value)}`)
  const more = data.metrics.length > MOST_METRICS ? ` and ${data.metrics.length - MOST_METRICS} more` : ''
  const status = info.lifecycleStage === 'deleted' ? `${info.status} (deleted)` : info.status
  return [
    info.runId,
    info.runName,
    status,
    time(info.startTime),
    durationText(info),
    shown.length === 0 ? '-' : `${shown.join(' ')}${more}`,
  ]
}
