import { print, printJson } from '../../output.ts'
import type { RolloutOptions } from './options.ts'
import { withRollouts } from './rollout-client.ts'

export async function rollback(url: string, model: string, options: RolloutOptions): Promise<void> {
  await withRollouts(url, options, (client) => client.rollBackModel(model))
  if (options.json) printJson({ model, result: 'rolled-back' })
  else print(`The version of ${model} that was served before is served again`)
}
