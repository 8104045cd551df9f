import type { SerializedError } from '../core/errors.ts'
import type { MetricFigures } from '../core/metric-figures.ts'
import type { ModelChange, NamedModels } from '../core/model-change.ts'
import type { ModelEvent, ModelHistory } from '../core/model-history.ts'
import type { TrafficReport } from '../core/traffic-report.ts'
import type { TuningNews } from '../core/tuning-news.ts'
import type { Offer } from './receiver.ts'

/** How far a process has come with a change. */
export interface ChangeAnswer {
  /** By which other processes make the same change. */
  readonly plans?: readonly unknown[]
  readonly error?: SerializedError
}

/** What the supervisor sends to a process, as JSON (numbers must be finite), and a group to a listener. */
export type Order =
  /** With a socket: a connection to serve, unless this time of the machine has passed. */
  | ({ readonly type: 'connection' } & Offer)
  /** The port is open: the first process tells its user. */
  | {
      readonly type: 'listening'
      readonly port: number
      readonly grpcPort?: number
      readonly startMs: number
      readonly processes: number
    }
  /** Give your figures. */
  | { readonly type: 'figures'; readonly id: number }
  /** The answer to a scrape: the figures of all processes. */
  | { readonly type: 'merged'; readonly id: number; readonly figures: readonly (readonly MetricFigures[])[] }
  /** The first order: serve these models; without any those of the command line. */
  | {
      readonly type: 'models'
      readonly models?: readonly NamedModels[]
      /** What the others have found out of their batches. */
      readonly tuned: readonly TuningNews[]
      /** One of the others tunes for all. */
      readonly isTunedElsewhere: boolean
      /** What became of the models so far. */
      readonly histories: readonly ModelHistory[]
    }
  /** This became of a model. */
  | { readonly type: 'noted'; readonly name: string; readonly event: ModelEvent }
  /** What another has found out of the batches of a model. */
  | { readonly type: 'tuned'; readonly tuned: TuningNews }
  /** What was found out of a name is found out anew. */
  | { readonly type: 'forget-tuning'; readonly name: string }
  /** Whoever tuned for all is gone: do it from now on. */
  | { readonly type: 'tune' }
  /** Get ready to make this change. */
  | { readonly type: 'prepare'; readonly id: number; readonly change: ModelChange }
  /** Make the change that was prepared under this number. */
  | { readonly type: 'commit'; readonly id: number }
  /** Forget it. Not answered. */
  | { readonly type: 'discard'; readonly id: number }
  /** Stop loading what is being loaded under this name. Not answered. */
  | { readonly type: 'give-up'; readonly name: string }
  /** The answer to a change that was asked for. */
  | { readonly type: 'changed'; readonly id: number; readonly error?: SerializedError }
  /** From whoever keeps the rollouts. */
  | { readonly type: 'rollout'; readonly message: unknown }
  /** Tell balancers that you leave; connections go on coming. */
  | { readonly type: 'depart' }
  /** No more connections come: answer what is under way, within this time, and end. */
  | { readonly type: 'finish'; readonly graceMs: number }

/** What a process sends to the supervisor, as JSON, and a listener to its group. */
export type Report =
  /** The models are loaded and proved: these. */
  | { readonly type: 'ready'; readonly models?: readonly NamedModels[] }
  /** This was found out of the batches of a model. */
  | { readonly type: 'tuned'; readonly tuned: TuningNews }
  /** To whoever keeps the rollouts. */
  | { readonly type: 'rollout'; readonly message: unknown }
  /** Somebody wants this change to be made in all processes. */
  | { readonly type: 'change'; readonly id: number; readonly change: ModelChange }
  /** The answer to `prepare` and `commit`. */
  | ({ readonly type: 'done'; readonly id: number } & ChangeAnswer)
  /** The connection is here, and nobody else may have it. */
  | { readonly type: 'accepted'; readonly id: number; readonly connections: number }
  /** It was offered too long ago. */
  | { readonly type: 'declined'; readonly id: number }
  /** Connections have ended. */
  | { readonly type: 'count'; readonly connections: number }
  /** The event loop turns. */
  | {
      readonly type: 'beat'
      readonly connections: number
      readonly residentBytes: number
      readonly traffic?: TrafficReport
    }
  /** Somebody wants the figures of all processes. */
  | { readonly type: 'scrape'; readonly id: number }
  | { readonly type: 'figures'; readonly id: number; readonly figures: readonly MetricFigures[] }
  /** This process was asked to end, or has to: replace it. */
  | { readonly type: 'leave' }
  /** Of a listener: it has finished. Stuck: a thread of its is in a native run that never returns. */
  | { readonly type: 'ended'; readonly isStuck: boolean }
  /** Of a listener: threads are lost to runs that never return, and the process has to end. */
  | { readonly type: 'exhausted'; readonly reason: string }

/** Holds the number of a process, from 1 up, in its environment. */
export const PROCESS_NUMBER = 'HEADRACE_PROCESS_NUMBER'
