import type { SqlSession } from '../sql/sql-database.ts'

/** A transaction that was asked for. It is answered only when its outcome is known to last. */
export interface WaitingWork {
  /** Runs the work, again where it ran before. @returns what it threw */
  run(session: SqlSession): Promise<unknown>
  /** Answers with what the last run returned or threw. */
  settle(): void
  /** Answers with another error than the work's own. */
  fail(error: unknown): void
}

/** @param explain makes an error for the caller of one that the database threw */
export function waitingWork<T>(
  work: (session: SqlSession) => Promise<T>,
  explain: (error: unknown) => unknown,
): { readonly waiting: WaitingWork; readonly result: Promise<T> } {
  const { promise, resolve, reject } = Promise.withResolvers<T>()
  let settle = () => {}
  const run = async (session: SqlSession) => {
    try {
      const value = await work(session)
      settle = () => resolve(value)
      return undefined
    } catch (error) {
      settle = () => reject(explain(error))
      return error
    }
  }
  const fail = (error: unknown) => reject(explain(error))
  return { waiting: { run, settle: () => settle(), fail }, result: promise }
}
