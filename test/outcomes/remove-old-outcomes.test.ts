import { mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { removeOldOutcomes } from '../../src/outcomes/remove-old-outcomes.ts'
import { temporaryFolder } from '../fixtures/temporary-folder.ts'

const DAY = 24 * 3600

test('outcomes of rollouts over other versions go when none has come for 90 days', async () => {
  const place = temporaryFolder()
  const now = 1_800_000_000
  const make = (name: string, folderAgeDays: number, fileAgeDays: number): void => {
    mkdirSync(join(place, name))
    writeFileSync(join(place, name, 'writer.jsonl'), '')
    utimesSync(join(place, name, 'writer.jsonl'), now, now - fileAgeDays * DAY)
    utimesSync(join(place, name), now, now - folderAgeDays * DAY)
  }
  make('0000000000000000', 200, 200)
  make('1111111111111111', 200, 91)
  make('2222222222222222', 200, 89)
  make('3333333333333333', 89, 200)
  make('something-else', 200, 200)
  await removeOldOutcomes(join(place, '0000000000000000'), now * 1000)
  expect(readdirSync(place).sort()).toEqual([
    '0000000000000000',
    '2222222222222222',
    '3333333333333333',
    'something-else',
  ])
  await removeOldOutcomes(join(place, 'nowhere', '0000000000000000'), now * 1000)
})
