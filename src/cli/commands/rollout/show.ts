import { setTimeout as delay } from 'node:timers/promises'
import type { RolloutView } from '../../../rollout/rollout-view.ts'
import { rolloutViewJson } from '../../../rollout/rollout-view-json.ts'
import { print, printJson, table, time } from '../../output.ts'
import type { RolloutOptions, ShowOptions } from './options.ts'
import { withRollouts } from './rollout-client.ts'
import { rolloutTable } from './rollout-table.ts'

const WATCH_SECONDS = 2

export async function list(url: string, options: RolloutOptions): Promise<void> {
  const views = await withRollouts(url, options, (client) => client.list())
  if (options.json) printJson(views.map(rolloutViewJson))
  else if (views.length === 0) print('There are no rollouts.')
  else print(table(['NAME', 'PHASE', 'STEP', 'SHARES', 'CHANGED (UTC)'], views.map(row)))
}

export async function show(url: string, name: string | undefined, options: ShowOptions): Promise<void> {
  const { watch } = options
  await withRollouts(url, options, async (client) => {
    const rollout = await client.nameOr(name)
    for (;;) {
      printView(await client.show(rollout), options)
      if (watch === undefined) return
      await delay((watch === true ? WATCH_SECONDS : watch) * 1000)
      if (process.stdout.isTTY) process.stdout.write('\u001b[H\u001b[2J')
    }
  })
}

export function printView(view: RolloutView, { json }: Pick<RolloutOptions, 'json'>): void {
  if (json) printJson(rolloutViewJson(view))
  else print(rolloutTable(view))
}

function row({ name, phase, step, variants, changedAt }: RolloutView): readonly string[] {
  const shares = variants.map((variant) => `${variant.name} ${variant.permille / 10} %`)
  return [name, phase, String(step), shares.join(', '), time(changedAt)]
}
