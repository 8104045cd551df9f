import type { SqliteConnection } from './sqlite-connection.ts'
import type { WaitingWork } from './waiting-work.ts'

/** A group that has run for so long is committed; those that have not had their turn wait for the next. */
const GROUP_TIME_MS = 20

/**
 * Runs works in one transaction with one commit, each undone by itself where it throws, and answers those that
 * ran. When it throws, nothing was kept and nobody was answered.
 * @returns how many ran, at least one
 */
export async function commitTogether(
  connection: SqliteConnection,
  works: readonly WaitingWork[],
): Promise<number> {
  connection.beginWrite()
  const until = performance.now() + GROUP_TIME_MS
  let count = 0
  try {
    for (const work of works) {
      await connection.part((session) => work.run(session))
      count += 1
      if (performance.now() > until) break
    }
    connection.commit()
  } catch (error) {
    connection.rollback()
    throw error
  }
  for (const work of works.slice(0, count)) work.settle()
  return count
}
