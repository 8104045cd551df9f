import { type Command, Option } from 'commander'
import type { ViewType } from '../../client/api/api-client.ts'

const VIEWS = ['active_only', 'deleted_only', 'all'] as const

export type View = (typeof VIEWS)[number]

/** MLflow's flag for whether deleted things are listed. */
export function withView(command: Command): Command {
  return command.addOption(
    new Option('-v, --view <view>', 'what is listed').choices([...VIEWS]).default('active_only'),
  )
}

export function viewType(view: View): ViewType {
  return view === 'all' ? 'ALL' : view === 'deleted_only' ? 'DELETED_ONLY' : 'ACTIVE_ONLY'
}
