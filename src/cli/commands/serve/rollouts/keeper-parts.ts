import type { Logger } from 'pino'
import type { OutcomeLog, OutcomeLogOptions } from '../../../../outcomes/outcome-log.ts'
import type { OutcomeIds } from '../../../../rollout/outcome-ids.ts'
import type { RolloutModel, ThreadMessage } from '../../../../rollout/rollout-messages.ts'
import type { RolloutPlan } from '../../../../rollout/rollout-plan.ts'
import type { RolloutState } from '../../../../rollout/rollout-state.ts'
import type { RolloutView } from '../../../../rollout/rollout-view.ts'

/** What replicas agree by: where the state of one rollout is kept. */
export interface SharedState {
  /** Never throws. @returns undefined where nothing is kept yet, or what is kept cannot be had in time. */
  read(): Promise<RolloutState | undefined>
  /** Never throws: tried again by itself where the registry is away. @returns the one that holds, which another's may. */
  write(state: RolloutState): Promise<RolloutState>
  close(): Promise<void>
}

/** What is written of a rollout for later, as a run of MLflow. Never throws, and never holds up who calls it. */
export interface RolloutRecord {
  /** Called about once a second, and at each change of the state. */
  note(view: RolloutView): void
  /** Writes what is left, within a bounded time. */
  close(): Promise<void>
}

/** What the rollouts of one thread are kept with. */
export interface KeeperParts {
  readonly ids: OutcomeIds
  /** Name of this server that no other has or had. */
  readonly writer: string
  /** Milliseconds since 1970. */
  readonly now: () => number
  readonly log: Pick<Logger, 'info' | 'warn' | 'error'>
  /** For whoever reads the log: fields for programs, a sentence for people. */
  readonly say: (level: 'info' | 'warn', fields: object, sentence: string) => void
  /** To all members. */
  readonly tell: (message: ThreadMessage) => void
  /** @param onChange is given what another writer has changed. */
  readonly openState: (plan: RolloutPlan, onChange: (state: RolloutState) => void) => Promise<SharedState>
  /** @throws ServingError where outcomes cannot be kept just now. */
  readonly openOutcomes: (
    plan: RolloutPlan,
    rolloutId: string,
    options: Pick<OutcomeLogOptions, 'windowMs' | 'onRecords'>,
  ) => Promise<Pick<OutcomeLog, 'append' | 'close' | 'folder'>>
  /** Undefined where nothing is recorded. */
  readonly openRecord: (init: RecordInit) => Promise<RolloutRecord | undefined>
}

export interface RecordInit {
  readonly plan: RolloutPlan
  readonly models: readonly RolloutModel[]
  readonly rolloutId: string
  /** One run for all replicas: told once, by the one that has made it. */
  readonly onRun: (runId: string) => void
  /** Run of the rollout whose name this one has taken. */
  readonly takenFrom: string | undefined
}
