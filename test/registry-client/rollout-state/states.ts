import type { RolloutState } from '../../../src/rollout/rollout-state.ts'

/** A state as the replica `writer` writes it. */
export function state(epoch: number, writer: string, changes: Partial<RolloutState> = {}): RolloutState {
  return {
    ...{ id: '0123456789abcdef', epoch, writer, at: 1000 + epoch, startedAt: 1000 },
    ...{ variants: ['a', 'b'], phase: 'running', step: epoch, canaryStep: undefined },
    ...{
      split: [
        { end: 1000 - epoch, variant: 0 },
        { end: 1000, variant: 1 },
      ],
      cause: '',
      runId: undefined,
    },
    ...changes,
  }
}
