import Database from 'better-sqlite3'

/** Metrics a second that SQLite itself keeps. */
export interface DurableFigures {
  readonly commitsPerSecond: number
  readonly metricsPerSecond: number
}

/**
 * How many metrics a loop without a server commits, a number of them at a time, in a database of MLflow's tables that it
 * has to itself, with a write-ahead log that each commit flushes: what no server can do more than.
 * @param file a database that was filled as for the servers, and is spoiled by it
 */
export function durableLoop(file: string, metricsPerCommit: number, seconds: number): DurableFigures {
  const database = new Database(file)
  try {
    database.pragma('journal_mode = WAL')
    database.pragma('synchronous = FULL')
    const insert = prepareInsert(database)
    const started = performance.now()
    let commits = 0
    while (performance.now() < started + seconds * 1000) {
      database.exec('BEGIN IMMEDIATE')
      for (let index = 0; index < metricsPerCommit; index += 1)
        insert(`${metricsPerCommit} at a time, ${index}`, commits)
      database.exec('COMMIT')
      commits += 1
    }
    const perSecond = commits / ((performance.now() - started) / 1000)
    return { commitsPerSecond: perSecond, metricsPerSecond: perSecond * metricsPerCommit }
  } finally {
    database.close()
  }
}

/** A metric, and that it is the latest of its key. */
function prepareInsert(database: Database.Database): (key: string, step: number) => void {
  const run = database.prepare<[], { run_uuid: string }>('SELECT run_uuid FROM runs LIMIT 1').get()?.run_uuid
  const columns = '(key, value, timestamp, run_uuid, step, is_nan)'
  const metric = database.prepare(`INSERT INTO metrics ${columns} VALUES (?, ?, ?, ?, ?, 0)`)
  const latest = database.prepare(
    `INSERT OR REPLACE INTO latest_metrics ${columns} VALUES (?, ?, ?, ?, ?, 0)`,
  )
  return (key, step) => {
    metric.run(key, step / 7, step, run, step)
    latest.run(key, step / 7, step, run, step)
  }
}
