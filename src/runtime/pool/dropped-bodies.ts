import type { ServingError } from '../../core/errors.ts'

/** Counts the bodies that nobody waits for any more and whose run had not begun. */
export class DroppedBodies {
  /** Their clients had left. */
  cancelled = 0
  /** Their deadlines had passed. */
  expired = 0

  /** @param error what the caller is answered. */
  count({ code }: ServingError): void {
    if (code === 'CANCELLED') this.cancelled += 1
    else if (code === 'DEADLINE_EXCEEDED') this.expired += 1
  }
}
