import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { OutcomeLog } from '../../../src/outcomes/outcome-log.ts'
import { NOW } from '../records.ts'

const PROGRAM = fileURLToPath(new URL('./outcome-writer.ts', import.meta.url))
const WRITERS = 4

export interface KillOutcome {
  readonly acknowledged: number
  /** Acknowledged, and not there. */
  readonly lost: readonly string[]
  readonly twice: readonly string[]
}

/**
 * Four writers append the same outcomes, about a hundred apart, to one folder until all are killed, `afterMs` after the first
 * acknowledgement; then the folder is opened.
 */
export async function killOutcomeWriters(
  folder: string,
  kill: number,
  afterMs: number,
): Promise<KillOutcome> {
  const acknowledged: string[] = []
  const writers = Array.from({ length: WRITERS }, (_, index) =>
    startWriter([folder, `writer-${kill}-${index}`, String(kill * 1_000_000 + index * 100)], acknowledged),
  )
  await Promise.race(writers.map(({ stdout }) => once(stdout ?? process.stdin, 'data')))
  await new Promise((resolve) => setTimeout(resolve, afterMs))
  await Promise.all(writers.map(killed))
  const found = await outcomesIn(folder)
  const counts = new Map<string, number>()
  for (const id of found) counts.set(id, (counts.get(id) ?? 0) + 1)
  return {
    acknowledged: acknowledged.length,
    lost: acknowledged.filter((id) => !counts.has(id)),
    twice: [...counts].filter(([, count]) => count > 1).map(([id]) => id),
  }
}

function startWriter(options: readonly string[], acknowledged: string[]): ChildProcess {
  const child = spawn(process.execPath, [PROGRAM, ...options], { stdio: ['ignore', 'pipe', 'inherit'] })
  let rest = ''
  child.stdout.on('data', (data: Buffer) => {
    const lines = `${rest}${data.toString()}`.split('\n')
    rest = lines.pop() ?? ''
    acknowledged.push(...lines)
  })
  return child
}

async function killed(child: ChildProcess): Promise<void> {
  const closed = once(child, 'close')
  child.kill('SIGKILL')
  await closed
}

async function outcomesIn(folder: string): Promise<readonly string[]> {
  const found: string[] = []
  const log = await OutcomeLog.open(folder, 'reader', {
    windowMs: 7 * 24 * 3600 * 1000,
    onRecords: (records) => found.push(...records.map(({ outcomeId }) => outcomeId)),
    log: { warn: () => undefined, info: () => undefined },
    now: () => NOW,
  })
  await log.close()
  return found
}
