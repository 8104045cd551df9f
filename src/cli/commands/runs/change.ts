import { print } from '../../output.ts'
import { withClient } from '../../tracking/command.ts'
import { printEntity } from '../../tracking/print-entity.ts'
import type { RunOptions } from './options.ts'

export async function remove(options: RunOptions): Promise<void> {
  const { runId, json } = options
  await withClient(options, 'write', (client) => client.deleteRun(runId))
  if (json) printEntity({ runId, lifecycleStage: 'deleted' })
  else print(`Deleted run ${runId}.`)
}

export async function restore(options: RunOptions): Promise<void> {
  const { runId, json } = options
  await withClient(options, 'write', (client) => client.restoreRun(runId))
  if (json) printEntity({ runId, lifecycleStage: 'active' })
  else print(`Restored run ${runId}.`)
}
