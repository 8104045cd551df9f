import type { PredictedBlock } from '../batch-messages.ts'

/** What has been written so far, as JSON: a journal keeps it, and a later run goes on from it. */
export type WriterState = Readonly<Record<string, unknown>>

/** Puts the predictions of blocks together in one output, in the order of the input. */
export interface PredictionWriter {
  append(block: PredictedBlock): Promise<void>
  /** Undefined where what was appended last is not yet in a state to go on from. */
  state(): WriterState | undefined
  /** Makes durable what `state` speaks of. */
  sync(): Promise<void>
  /** Writes what is still missing and makes it durable. */
  finish(): Promise<void>
  /** Gives the output its name, once. @param id of the run, as its journal has it */
  publish(id: string): Promise<void>
  /** Leaves what there is as it is. */
  close(): Promise<void>
}
