import { UnorderedItems } from '../../core/unordered-items.ts'
import type { PoolCall } from './pool-call.ts'
import { SLOTS } from './worker-thread.ts'

/** Calls that a worker has, begun or not. */
export class SentCalls extends UnorderedItems<PoolCall> {
  /** Whether somebody waits for the answer of one of them. */
  get hasUnanswered(): boolean {
    return this.find(({ settled }) => !settled) !== undefined
  }

  /** Takes a call back that was handed in advance to a thread which is still busy. It is among them until it is sent again. */
  takeBack(): PoolCall | undefined {
    return this.find(isTakenBack)
  }
}

function isTakenBack({ seat, settled, pinnedTo }: PoolCall): boolean {
  const { thread, slot } = seat!
  return thread.load >= SLOTS && !settled && pinnedTo === undefined && thread.withdraw(slot)
}
