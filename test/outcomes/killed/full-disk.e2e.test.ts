import { execFileSync } from 'node:child_process'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { OutcomeLog } from '../../../src/outcomes/outcome-log.ts'
import { temporaryFolder } from '../../fixtures/temporary-folder.ts'
import { NOW, records } from '../records.ts'

const folder = temporaryFolder()

/** A file system of 256 KB, and changes of it: what only root may do, itself or by sudo. */
function asRoot(command: 'mount' | 'umount', ...args: readonly string[]): void {
  const isRoot = process.getuid?.() === 0
  execFileSync(isRoot ? command : 'sudo', isRoot ? args : ['-n', command, ...args])
}

beforeAll(() => asRoot('mount', '-t', 'tmpfs', '-o', 'size=256k,mode=777', 'tmpfs', folder))
afterAll(() => asRoot('umount', folder))

async function open(writer: string, found: string[]): Promise<OutcomeLog> {
  return OutcomeLog.open(folder, writer, {
    windowMs: 7 * 24 * 3600 * 1000,
    onRecords: (given) => found.push(...given.map(({ outcomeId }) => outcomeId)),
    log: { warn: () => undefined, info: () => undefined },
    now: () => NOW,
  })
}

test('a full disk takes no outcome, loses none, and goes on when there is room', async () => {
  const log = await open('writer', [])
  const accepted: string[] = []
  let next = 0
  const fill = async (): Promise<void> => {
    for (;;) {
      const given = records(next, next + 50)
      await log.append(given)
      accepted.push(...given.map(({ outcomeId }) => outcomeId))
      next += 50
    }
  }
  await expect(fill()).rejects.toMatchObject({ code: 'RESOURCE_EXHAUSTED' })
  await expect(log.append(records(next, next + 50))).rejects.toMatchObject({ code: 'RESOURCE_EXHAUSTED' })
  expect(next).toBeGreaterThan(100)
  asRoot('mount', '-o', 'remount,size=1m', folder)
  expect(await log.append(records(next, next + 50))).toEqual(Array(50).fill('accepted'))
  accepted.push(...records(next, next + 50).map(({ outcomeId }) => outcomeId))
  await log.close()
  const found: string[] = []
  const reader = await open('reader', found)
  await reader.close()
  expect(accepted.filter((id) => !found.includes(id))).toEqual([])
  expect(new Set(found).size).toBe(found.length)
})

test('a disk that may only be read says so', async () => {
  asRoot('mount', '-o', 'remount,ro', folder)
  const log = await open('late', [])
  await expect(log.append(records(9000, 9001))).rejects.toMatchObject({ code: 'TEMPORARILY_UNAVAILABLE' })
  asRoot('mount', '-o', 'remount,rw', folder)
  expect(await log.append(records(9000, 9001))).toEqual(['accepted'])
  await log.close()
})
