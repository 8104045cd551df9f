import type { PoolCall, PoolThread } from './pool-call.ts'
import type { ReplyReceiver } from './worker-thread.ts'

/** Who is told of the threads. */
export interface ThreadsObserver extends ReplyReceiver<PoolCall> {
  /** A thread has come or gone, so that waiting work can be placed anew. */
  onChange(): void
  /** A thread is gone; runs that it held are for the observer to find. */
  onEnded(thread: PoolThread, cause: unknown): void
}
