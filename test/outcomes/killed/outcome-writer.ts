import { writeSync } from 'node:fs'
import { OutcomeLog } from '../../../src/outcomes/outcome-log.ts'
import { NOW, record } from '../records.ts'

/** A program that appends outcomes until it is killed, and says which are acknowledged. */
const [folder = '', writer = '', from = '0'] = process.argv.slice(2)
const CLIENTS = 4

const log = await OutcomeLog.open(folder, writer, {
  windowMs: 7 * 24 * 3600 * 1000,
  onRecords: () => undefined,
  log: { warn: (message) => process.stderr.write(message), info: () => undefined },
  lookMs: 5,
  now: () => NOW,
})
let next = Number(from)

async function client(): Promise<void> {
  for (;;) {
    const given = [record(next), record(next + 1)]
    next += 2
    await log.append(given)
    writeSync(1, `${given.map(({ outcomeId }) => outcomeId).join('\n')}\n`)
  }
}

await Promise.all(Array.from({ length: CLIENTS }, client))
