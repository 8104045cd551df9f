import {
  appendFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, expect, test, vi } from 'vitest'
import { OutcomeLog, type OutcomeLogOptions } from '../../src/outcomes/outcome-log.ts'
import { type OutcomeRecord, outcomeLine } from '../../src/outcomes/outcome-record.ts'
import { PATIENCE } from '../fixtures/patience.ts'
import { temporaryFolder } from '../fixtures/temporary-folder.ts'
import { NOW, record, records } from './records.ts'

const DAY_MS = 24 * 3600 * 1000
const opened: OutcomeLog[] = []

afterEach(async () => {
  await Promise.all(opened.splice(0).map((log) => log.close()))
})

interface OpenLog {
  readonly log: OutcomeLog
  /** What it was told of. */
  readonly heard: OutcomeRecord[]
  readonly told: string[]
}

async function open(
  folder: string,
  writer: string,
  options: Partial<OutcomeLogOptions> = {},
): Promise<OpenLog> {
  const heard: OutcomeRecord[] = []
  const told: string[] = []
  const log = await OutcomeLog.open(folder, writer, {
    windowMs: 7 * DAY_MS,
    onRecords: (found) => heard.push(...found),
    log: { warn: (message) => told.push(message), info: (message) => told.push(message) },
    lookMs: 10,
    now: () => NOW,
    ...options,
  })
  opened.push(log)
  return { log, heard, told }
}

function ids(found: readonly OutcomeRecord[]): readonly string[] {
  return found.map(({ outcomeId }) => outcomeId).sort()
}

function idsIn(folder: string): readonly string[] {
  const lines = readdirSync(folder).flatMap((name) =>
    readFileSync(join(folder, name), 'utf8').trim().split('\n'),
  )
  return lines.map((line) => (JSON.parse(line) as { outcome_id: string }).outcome_id).sort()
}

test('what is accepted is in the file, and is there again after a restart', async () => {
  const folder = temporaryFolder()
  const first = await open(folder, 'first')
  expect(await first.log.append(records(0, 5))).toEqual(Array(5).fill('accepted'))
  expect(idsIn(folder)).toEqual(ids(records(0, 5)))
  const second = await open(folder, 'second')
  expect(second.heard).toEqual(records(0, 5))
  expect(await second.log.append(records(3, 7))).toEqual(['duplicate', 'duplicate', 'accepted', 'accepted'])
})

test('what a slow disk has no room for is refused, and taken when it comes again', async () => {
  const { log } = await open(temporaryFolder(), 'writer')
  const [large, other] = [1, 2].map((number) => record(number, { outcomeId: `${number}`.repeat(9_000_000) }))
  const both = await Promise.allSettled([log.append([large!]), log.append([other!])])
  expect(both).toMatchObject([
    { status: 'fulfilled', value: ['accepted'] },
    { status: 'rejected', reason: { code: 'TEMPORARILY_UNAVAILABLE' } },
  ])
  expect(await log.append([other!])).toEqual(['accepted'])
})

test('an outcome that comes twice is accepted once, within a call, in calls together, and later', async () => {
  const { log } = await open(temporaryFolder(), 'writer')
  expect(await log.append([record(1), record(1)])).toEqual(['accepted', 'duplicate'])
  const together = await Promise.all([log.append([record(2)]), log.append([record(2), record(3)])])
  expect(together).toEqual([['accepted'], ['duplicate', 'accepted']])
  expect(await log.append([record(2, { value: 5 })])).toEqual(['duplicate'])
})

test('an outcome whose id is older than the window is late, and not kept', async () => {
  const folder = temporaryFolder()
  const { log } = await open(folder, 'writer')
  const old = record(1)
  const late = { ...old, facts: { ...old.facts, issuedAt: NOW - 7 * DAY_MS - 1 } }
  expect(await log.append([late])).toEqual(['late'])
  expect(readdirSync(folder)).toEqual([])
})

test('old outcomes are counted after a restart, however late their ids are by then', async () => {
  const folder = temporaryFolder()
  await (await open(folder, 'first')).log.append(records(0, 3))
  const later = await open(folder, 'second', { now: () => NOW + 30 * DAY_MS })
  expect(ids(later.heard)).toEqual(ids(records(0, 3)))
})

test('writers hear of what they and others append, and of nothing twice', async () => {
  const folder = temporaryFolder()
  const [first, second] = [await open(folder, 'first'), await open(folder, 'second')]
  await first.log.append(records(0, 500))
  await second.log.append(records(500, 600))
  for (const { heard } of [first, second]) {
    await vi.waitFor(() => expect(ids(heard)).toEqual(ids(records(0, 600))), PATIENCE)
  }
  expect(await second.log.append([record(0)])).toEqual(['duplicate'])
  const third = await open(folder, 'third')
  expect(ids(third.heard)).toEqual(ids(records(0, 600)))
})

test('what two writers accept at the same time counts once for each of them, and for a third', async () => {
  const folder = temporaryFolder()
  const logs = await Promise.all(['a', 'b', 'c'].map((writer) => open(folder, writer, { lookMs: 2 })))
  await Promise.all(
    logs.slice(0, 2).map(async ({ log }) => {
      for (let start = 0; start < 200; start += 20) await log.append(records(start, start + 20))
    }),
  )
  for (const { heard } of logs) {
    await vi.waitFor(() => expect(ids(heard)).toEqual(ids(records(0, 200))), PATIENCE)
  }
})

test('a torn last line is left out, until the rest of it comes', async () => {
  const folder = temporaryFolder()
  const [whole, torn] = [outcomeLine(record(1)), outcomeLine(record(2))]
  const path = join(folder, 'dead.jsonl')
  writeFileSync(path, whole + torn.slice(0, 40))
  const { heard, told } = await open(folder, 'writer')
  expect(ids(heard)).toEqual(['outcome-1'])
  appendFileSync(path, torn.slice(40))
  await vi.waitFor(() => expect(ids(heard)).toEqual(['outcome-1', 'outcome-2']), PATIENCE)
  expect(told).toEqual([])
})

test('wherever a file is cut or a byte of it changed, all records but those hit are read', async () => {
  const lines = records(0, 4).map(outcomeLine)
  const bytes = Buffer.from(lines.join(''))
  const lineAt = (offset: number) => Math.floor(offset / (bytes.length / lines.length))
  await fc.assert(
    fc.asyncProperty(fc.nat(bytes.length - 1), fc.boolean(), async (offset, isCut) => {
      const folder = temporaryFolder()
      const hit = isCut ? bytes.subarray(0, offset) : Buffer.from(bytes)
      if (!isCut) hit[offset] = bytes[offset] === 0x30 ? 0x31 : 0x30
      writeFileSync(join(folder, 'other.jsonl'), hit)
      const { heard } = await open(folder, 'writer')
      const expected = records(0, 4).filter((_, index) =>
        isCut ? index < lineAt(offset) : index !== lineAt(offset) && !endsAt(bytes, offset, index),
      )
      expect(heard).toEqual(expected)
    }),
    { numRuns: 60 },
  )
})

/** A line end that is changed takes the next line with it. */
function endsAt(bytes: Buffer, offset: number, index: number): boolean {
  return bytes[offset] === 0x0a && offset + 1 === (bytes.length / 4) * index
}

test('damaged lines and what is no line at all are told of once', async () => {
  const folder = temporaryFolder()
  const lines = `${outcomeLine(record(1))}nonsense\n${'\0'.repeat(200_000)}\n${outcomeLine(record(2))}`
  writeFileSync(join(folder, 'other.jsonl'), lines)
  const { heard, told } = await open(folder, 'writer')
  expect(ids(heard)).toEqual(['outcome-1', 'outcome-2'])
  await new Promise((resolve) => setTimeout(resolve, 50))
  expect(told).toEqual([expect.stringContaining('damaged lines')])
})

test('what is called as a file of outcomes and is none is in nobody’s way', async () => {
  const folder = temporaryFolder()
  mkdirSync(join(folder, 'folder.jsonl', 'more'), { recursive: true })
  symlinkSync('/dev/zero', join(folder, 'device.jsonl'))
  const { log, told } = await open(folder, 'writer')
  expect(await log.append([record(1)])).toEqual(['accepted'])
  await new Promise((resolve) => setTimeout(resolve, 50))
  expect(told).toEqual([])
})

test('while the folder is gone nothing is accepted, and all is again once it can be', async () => {
  const folder = join(temporaryFolder(), 'outcomes')
  const { log, told } = await open(folder, 'writer')
  renameSync(folder, `${folder}-away`)
  writeFileSync(folder, 'a file in its place')
  const refused = log.append([record(1)])
  await expect(refused).rejects.toMatchObject({ code: 'TEMPORARILY_UNAVAILABLE' })
  await expect(log.append([record(1)])).rejects.toThrow('Send them again later')
  rmSync(folder)
  mkdirSync(folder)
  expect(await log.append([record(1)])).toEqual(['accepted'])
  expect(idsIn(folder)).toEqual(['outcome-1'])
  expect(told).toEqual([expect.stringContaining('cannot be kept'), expect.stringContaining('are kept in')])
})

test('what is durable is told of, though the rest of its call is not', async () => {
  const folder = join(temporaryFolder(), 'outcomes')
  const healed = (): void => {
    rmSync(folder)
    mkdirSync(folder)
  }
  const { log, heard } = await open(folder, 'writer', {
    lookMs: 60_000,
    log: { warn: healed, info: () => undefined },
  })
  renameSync(folder, `${folder}-away`)
  writeFileSync(folder, 'a file in its place')
  const first = log.append([record(1)])
  // The first is on its way to the disk by then, and the second goes behind it.
  for (let turn = 0; turn < 5; turn++) await Promise.resolve()
  const both = await Promise.allSettled([first, log.append([record(1), record(2)])])
  expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  await vi.waitFor(() => expect(ids(heard)).toEqual(['outcome-2']), PATIENCE)
  expect(await log.append([record(1), record(2)])).toEqual(['accepted', 'duplicate'])
  expect(ids(heard)).toEqual(['outcome-1', 'outcome-2'])
})

test('a name that another writer has had is not written to', async () => {
  const folder = temporaryFolder()
  writeFileSync(join(folder, 'writer.jsonl'), outcomeLine(record(1)))
  const { log } = await open(folder, 'writer')
  expect(await log.append([record(2)])).toEqual(['accepted'])
  expect(idsIn(folder)).toEqual(['outcome-1', 'outcome-2'])
})

test('a log that is closed has written what it accepted, and takes no more', async () => {
  const folder = temporaryFolder()
  const { log } = await open(folder, 'writer')
  const accepted = log.append(records(0, 100))
  await log.close()
  expect(await accepted).toEqual(Array(100).fill('accepted'))
  expect(idsIn(folder)).toEqual(ids(records(0, 100)))
  await expect(log.append([record(1)])).rejects.toMatchObject({ code: 'TEMPORARILY_UNAVAILABLE' })
})
