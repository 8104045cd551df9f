import { appendFileSync, existsSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type Checkpoint, Journal, lastCheckpoint } from '../../../src/batch/output/journal.ts'
import { temporaryFolder } from '../../fixtures/temporary-folder.ts'

const folder = temporaryFolder()
const identity = { input: 'i', model: 'm', options: 'o' }
let files = 0
const newPath = () => {
  files += 1
  return join(folder, `out-${files}`)
}

function checkpoint(rows: number): Checkpoint {
  const position = { offset: rows * 10, line: rows + 1 }
  return { position, rows, badRows: 0, badBytes: 0, writer: { length: rows }, finished: false }
}

async function written(path: string, ...rows: number[]): Promise<void> {
  const journal = await Journal.create({ path, identity })
  for (const count of rows) await journal.add(checkpoint(count))
  await journal.close()
}

describe('a journal', () => {
  it('tells the last checkpoint', async () => {
    const path = newPath()
    await written(path, 10, 20)
    expect(await lastCheckpoint({ path, identity })).toEqual(checkpoint(20))
  })

  it('tells the one before where the last was not written to its end', async () => {
    const path = newPath()
    await written(path, 10, 20)
    const journal = `${path}.partial.journal`
    truncateSync(journal, readFileSync(journal).length - 5)
    expect(await lastCheckpoint({ path, identity })).toEqual(checkpoint(10))
  })

  it('goes on from a checkpoint, and from what the run before it still writes nobody', async () => {
    const path = newPath()
    const before = await Journal.create({ path, identity })
    await before.add(checkpoint(10))
    appendFileSync(`${path}.partial.journal`, '{"position": {"off')
    const journal = await Journal.create({ path, identity }, await lastCheckpoint({ path, identity }))
    await before.add(checkpoint(20))
    await before.close()
    expect(await lastCheckpoint({ path, identity })).toEqual(checkpoint(10))
    await journal.add(checkpoint(30))
    await journal.close()
    expect(await lastCheckpoint({ path, identity })).toEqual(checkpoint(30))
  })

  it('tells nothing where there is none, or no checkpoint in it', async () => {
    expect(await lastCheckpoint({ path: newPath(), identity })).toBeUndefined()
    const path = newPath()
    await written(path)
    expect(await lastCheckpoint({ path, identity })).toBeUndefined()
    writeFileSync(`${path}.partial.journal`, '')
    expect(await lastCheckpoint({ path, identity })).toBeUndefined()
  })

  it('refuses to go on with another run, and says what changed', async () => {
    const path = newPath()
    await written(path, 10)
    const other = { ...identity, input: 'j', options: 'p' }
    await expect(lastCheckpoint({ path, identity: other })).rejects.toThrow(
      'the input and the options changed',
    )
    expect(await lastCheckpoint({ path, identity: other }, 'forget')).toBeUndefined()
  })

  it('is gone when the run is over', async () => {
    const path = newPath()
    const journal = await Journal.create({ path, identity })
    await journal.remove()
    expect(existsSync(`${path}.partial.journal`)).toBe(false)
  })
})
