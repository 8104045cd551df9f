import type { openRolloutState as openAnyState } from './open-rollout-state.ts'
import { RolloutStateStore } from './rollout-state-store.ts'
import { StateFile } from './state-file.ts'

/** An image asks no registry, so that no model of a rollout is known to one: its state is in a file. */
export const openRolloutState: typeof openAnyState = async ({ file, onChange, log }) =>
  new RolloutStateStore({ shared: new StateFile(file), local: undefined, onChange, log })
