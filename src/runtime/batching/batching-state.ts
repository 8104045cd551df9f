/** How far the batching of a model has come, for the log and the metrics. */
export interface BatchingState {
  /** `testing`: unbatched until it is proved that nobody can tell. */
  readonly state: 'testing' | 'on' | 'off'
  /** Why it is off, or what it was shown with. */
  readonly reason: string
  /** Rows of the largest batch; 1 where requests are not batched. */
  readonly maxBatchRows: number
}

/** What a batcher counts, since load. */
export interface BatchStats {
  /** Runs that held more than one request. */
  readonly batches: number
  /** Batches that failed and were run again in halves. */
  readonly halved: number
  /** Requests that were run once more, alone, after the worker died that had them. */
  readonly retried: number
  /** Requests whose caller left before their run began. */
  readonly cancelled: number
  /** Requests whose deadline passed before their run began. */
  readonly expired: number
}

/** The counts of two batchers together; of one where there is no other. */
export function addedStats(a: BatchStats, b: BatchStats | undefined): BatchStats {
  return {
    batches: a.batches + (b?.batches ?? 0),
    halved: a.halved + (b?.halved ?? 0),
    retried: a.retried + (b?.retried ?? 0),
    cancelled: a.cancelled + (b?.cancelled ?? 0),
    expired: a.expired + (b?.expired ?? 0),
  }
}

/** What a user may say about batching. */
export interface BatchingOptions {
  /** `auto` batches what is proved to be batchable, `on` without proof, `off` nothing. */
  readonly mode: 'auto' | 'on' | 'off'
  /** Rows of the largest batch; searched by measuring where it is not given. */
  readonly maxBatchRows?: number
  /** Milliseconds in which 99 of 100 requests are to be answered: batches are made no larger than it allows. */
  readonly targetP99Ms?: number
}
