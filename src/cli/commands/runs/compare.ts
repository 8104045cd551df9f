import type { Run } from '../../../entities/run.ts'
import { print, table, time } from '../../output.ts'
import { withClient } from '../../tracking/command.ts'
import { printEntity } from '../../tracking/print-entity.ts'
import { usageError } from '../../usage-error.ts'
import type { CompareOptions } from './options.ts'
import { durationText, metricText } from './run-text.ts'

/** A name, and what each run has under it. */
interface Line {
  readonly name: string
  readonly cells: readonly string[]
}

const NONE = '-'

export async function compare(ids: readonly string[], options: CompareOptions): Promise<void> {
  if (ids.length < 2) throw usageError('Name two runs or more')
  const runs = await withClient(options, 'read', (client) => Promise.all(ids.map((id) => client.getRun(id))))
  if (options.json) return printEntity(runs)
  const compared = [
    ...named('param', runs, ({ data }) => data.params),
    ...named('metric', runs, ({ data }) =>
      data.metrics.map(({ key, value }) => ({ key, value: metricText(value) })),
    ),
  ]
  const shown = options.differences ? compared.filter(({ cells }) => new Set(cells).size > 1) : compared
  const rows = [...heads(runs), ...shown].map(({ name, cells }) => [name, ...cells])
  print(table(['', ...runs.map(({ info }) => info.runId)], rows))
}

function heads(runs: readonly Run[]): readonly Line[] {
  return [
    { name: 'name', cells: runs.map(({ info }) => info.runName) },
    { name: 'status', cells: runs.map(({ info }) => info.status) },
    { name: 'start (UTC)', cells: runs.map(({ info }) => time(info.startTime)) },
    { name: 'duration', cells: runs.map(({ info }) => durationText(info)) },
  ]
}

type Pairs = readonly { readonly key: string; readonly value: string }[]

/** A line for each key that any of them has. */
function named(kind: string, runs: readonly Run[], of: (run: Run) => Pairs): readonly Line[] {
  const maps = runs.map((run) => new Map(of(run).map(({ key, value }) => [key, value])))
  const keys = [...new Set(maps.flatMap((map) => [...map.keys()]))].sort()
  return keys.map((key) => ({
    name: `${kind} ${key}`,
    cells: maps.map((map) => map.get(key) ?? NONE),
  }))
}
