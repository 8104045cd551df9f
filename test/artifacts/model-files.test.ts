import { mkdirSync, readdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import { copyModelFiles, digestModelFiles, digestOfFiles } from '../../src/artifacts/model-files.ts'
import { temporaryFolder } from '../fixtures/temporary-folder.ts'

let folder: string
let target: string

beforeEach(() => {
  const root = temporaryFolder()
  folder = join(root, 'model')
  target = join(root, 'copy')
  mkdirSync(join(folder, 'data/deep'), { recursive: true })
  writeFileSync(join(folder, 'MLmodel'), 'flavors: {}')
  writeFileSync(join(folder, 'data/deep/weights.bin'), Buffer.from([0, 255, 10]))
})

describe('copying a model', () => {
  test('takes all files with their folders, but not the note of an earlier download', async () => {
    writeFileSync(join(folder, 'registered_model_meta'), 'model_name: other')
    await copyModelFiles(folder, target)
    const names = readdirSync(target, { recursive: true }).map(String).sort()
    expect(names).toEqual(['MLmodel', 'data', 'data/deep', 'data/deep/weights.bin'])
    expect(readFileSync(join(target, 'data/deep/weights.bin'))).toEqual(Buffer.from([0, 255, 10]))
  })

  test('takes a model whose folder is itself behind a link', async () => {
    symlinkSync(folder, `${folder}-link`)
    await copyModelFiles(`${folder}-link`, target)
    expect(readFileSync(join(target, 'MLmodel'), 'utf8')).toBe('flavors: {}')
  })

  test.each([
    ['leads out', '/etc/hostname'],
    ['leads out by dots', '../other'],
    ['leads to a folder', 'data'],
    ['leads nowhere', 'nothing'],
  ])('refuses a link that %s', async (_, to) => {
    writeFileSync(join(folder, '../other'), '')
    symlinkSync(to, join(folder, 'link'))
    await expect(copyModelFiles(folder, target)).rejects.toMatchObject({ code: 'INVALID_PARAMETER_VALUE' })
  })
})

describe('the digest of a model', () => {
  test('is that of its names and contents, not of its place', async () => {
    const before = await digestModelFiles(folder)
    expect(before).toMatch(/^sha256:[0-9a-f]{64}$/)
    renameSync(folder, target)
    writeFileSync(join(target, 'registered_model_meta'), 'model_name: other')
    expect(await digestModelFiles(target)).toBe(before)
  })

  test('changes with a content and with a name', async () => {
    const before = await digestModelFiles(folder)
    writeFileSync(join(folder, 'MLmodel'), 'flavors: {} ')
    const changed = await digestModelFiles(folder)
    renameSync(join(folder, 'data/deep'), join(folder, 'data/deeper'))
    expect(new Set([before, changed, await digestModelFiles(folder)]).size).toBe(3)
  })
})

/** Nothing is closed to root but what is there no more, as after a folder was removed in the meantime. */
test('says which file of a model cannot be read, as an error of its own', async () => {
  const listed = [{ name: 'gone.bin', path: join(folder, 'gone.bin') }]
  await expect(digestOfFiles(listed)).rejects.toMatchObject({ code: 'INVALID_STATE' })
  await expect(digestOfFiles(listed)).rejects.toThrow('gone.bin of the model cannot be read: ENOENT')
})

test.runIf(process.platform === 'linux')(
  'refuses a name that is not UTF-8, which nobody could write down',
  async () => {
    const name = Buffer.concat([Buffer.from(`${folder}/`), Buffer.from([0x61, 0xff])])
    writeFileSync(name, '')
    await expect(digestModelFiles(folder)).rejects.toMatchObject({ code: 'INVALID_PARAMETER_VALUE' })
    await expect(digestModelFiles(folder)).rejects.toThrow('is not UTF-8')
  },
)
