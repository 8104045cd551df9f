import { hash } from 'node:crypto'
import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { outcomeKey } from '../../src/rollout/outcome-key.ts'
import { temporaryFolder } from '../fixtures/temporary-folder.ts'

const DIGITS = 'ab'.repeat(32)

describe('the key of outcome ids', () => {
  test('is made of the secret, where there is one, and no file', async () => {
    const folder = temporaryFolder()
    const key = await outcomeKey({ secret: 'a secret of replicas', folder })
    expect(key).toEqual(hash('sha256', 'a secret of replicas', 'buffer'))
    expect(readdirSync(folder)).toEqual([])
  })

  test('is random else, and kept in a file that only its owner may read', async () => {
    const folder = join(temporaryFolder(), 'not', 'there', 'yet')
    const key = await outcomeKey({ secret: undefined, folder })
    expect(key).toHaveLength(32)
    expect(readdirSync(folder)).toEqual(['outcome.key'])
    expect(statSync(join(folder, 'outcome.key')).mode & 0o777).toBe(0o600)
    expect(await outcomeKey({ secret: undefined, folder })).toEqual(key)
    const elsewhere = await outcomeKey({ secret: undefined, folder: temporaryFolder() })
    expect(elsewhere).not.toEqual(key)
  })

  test('is the same for all who ask at once', async () => {
    for (let round = 0; round < 10; round++) {
      const folder = temporaryFolder()
      const asked = Array.from({ length: 16 }, () => outcomeKey({ secret: undefined, folder }))
      const keys = (await Promise.all(asked)).map((key) => Buffer.from(key).toString('hex'))
      expect(new Set(keys).size).toBe(1)
      expect(readFileSync(join(folder, 'outcome.key'), 'latin1')).toBe(`${keys[0]}\n`)
      expect(readdirSync(folder)).toEqual(['outcome.key'])
    }
  })

  test.each([0o640, 0o604, 0o620, 0o644])('is refused in a file of mode %o', async (mode) => {
    const folder = temporaryFolder()
    const file = join(folder, 'outcome.key')
    writeFileSync(file, `${DIGITS}\n`)
    chmodSync(file, mode)
    await expect(outcomeKey({ secret: undefined, folder })).rejects.toMatchObject({
      code: 'INVALID_STATE',
      message: expect.stringContaining(`mode 0${mode.toString(8)}`),
    })
    chmodSync(file, 0o400)
    expect(await outcomeKey({ secret: undefined, folder })).toEqual(Buffer.from(DIGITS, 'hex'))
  })

  test.each(['', DIGITS.slice(1), DIGITS.toUpperCase(), `${DIGITS}00`, 'x'.repeat(64), `${DIGITS}\n\n`])(
    'is refused in a file that holds %j',
    async (text) => {
      const folder = temporaryFolder()
      writeFileSync(join(folder, 'outcome.key'), text, { mode: 0o600 })
      await expect(outcomeKey({ secret: undefined, folder })).rejects.toThrow('holds no key of outcome ids')
    },
  )

  test('that cannot be kept says so, and what to do', async () => {
    const folder = temporaryFolder()
    writeFileSync(join(folder, 'file'), '')
    const inFile = outcomeKey({ secret: undefined, folder: join(folder, 'file') })
    await expect(inFile).rejects.toMatchObject({
      code: 'INVALID_STATE',
      message: expect.stringContaining('set HEADRACE_OUTCOME_KEY'),
    })
    mkdirSync(join(folder, 'outcome.key'), { mode: 0o700 })
    await expect(outcomeKey({ secret: undefined, folder })).rejects.toMatchObject({ code: 'INVALID_STATE' })
  })
})
