import { execFileSync } from 'node:child_process'
import { linkSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { beforeEach, describe, expect, test } from 'vitest'
import { findModelFile, readModelFile } from '../../src/flavors/model-file.ts'
import { temporaryFolder } from '../fixtures/temporary-folder.ts'

let outside: string
let model: string

beforeEach(() => {
  outside = temporaryFolder()
  model = join(outside, 'model')
  mkdirSync(join(model, 'sub'), { recursive: true })
  writeFileSync(join(model, 'weights.bin'), 'weights')
  writeFileSync(join(model, 'sub', 'inner.bin'), 'inner')
  writeFileSync(join(outside, 'secret'), 'secret')
  mkdirSync(join(outside, 'model-beside'))
  writeFileSync(join(outside, 'model-beside', 'file'), 'beside')
})

const refuse = (name: string, reason: RegExp) =>
  expect(findModelFile(model, name)).rejects.toMatchObject({
    code: 'INVALID_PARAMETER_VALUE',
    message: expect.stringMatching(reason),
  })

describe('a file named inside a model', () => {
  test('is found in its folder and below, with its size', async () => {
    expect(await findModelFile(model, 'weights.bin')).toEqual({ path: join(model, 'weights.bin'), bytes: 7 })
    expect(await findModelFile(model, './sub/inner.bin')).toMatchObject({
      path: join(model, 'sub/inner.bin'),
    })
  })

  test('is found through a link that stays inside the model', async () => {
    symlinkSync('weights.bin', join(model, 'alias.bin'))
    expect(await findModelFile(model, 'alias.bin')).toMatchObject({ path: join(model, 'weights.bin') })
  })

  test('is found where the model folder itself is a link', async () => {
    symlinkSync(model, join(outside, 'current'))
    expect(await findModelFile(join(outside, 'current'), 'weights.bin')).toMatchObject({ bytes: 7 })
  })

  test('may have dots in its name', async () => {
    writeFileSync(join(model, '..weights..'), 'dots')
    expect(await findModelFile(model, '..weights..')).toMatchObject({ bytes: 4 })
  })

  test.each([
    '../secret',
    'sub/../../secret',
    '..',
    'sub\\..\\..\\secret',
    '../model-beside/file',
    'sub/../weights.bin',
  ])('is refused with dots: %s', (name) => refuse(name, /contains '\.\.'/))

  test.each(['/etc/passwd', '/dev/zero', '/proc/self/environ', 'C:\\secret', 'c:secret'])(
    'is refused where it is absolute: %s',
    (name) => refuse(name, /absolute/),
  )

  test('is refused with a NUL character, and where it is empty', async () => {
    await refuse('weights.bin\0.txt', /NUL/)
    await refuse('', /empty/)
  })

  test('is refused where a link leads out of the model', async () => {
    symlinkSync('../secret', join(model, 'link'))
    symlinkSync('..', join(model, 'folder'))
    symlinkSync('/dev/zero', join(model, 'zero'))
    await refuse('link', /out of the model folder/)
    await refuse('folder/secret', /out of the model folder/)
    await refuse('folder/model-beside/file', /out of the model folder/)
    await refuse('zero', /out of the model folder/)
  })

  test('is refused where it is one of several hard links', async () => {
    linkSync(join(outside, 'secret'), join(model, 'hard'))
    await refuse('hard', /hard links/)
  })

  test('is refused where it is no regular file', async () => {
    execFileSync('mkfifo', [join(model, 'pipe')])
    await refuse('pipe', /regular file/)
    await refuse('sub', /regular file/)
    await refuse('.', /out of the model folder|regular file/)
  })

  test('is refused where links go round in circles', async () => {
    symlinkSync('circle', join(model, 'circle'))
    await refuse('circle', /cannot be opened/)
  })

  test('that does not exist is reported as missing', async () => {
    for (const name of ['none.bin', 'none/none.bin', 'weights.bin/none']) {
      await expect(findModelFile(model, name)).rejects.toMatchObject({ code: 'RESOURCE_DOES_NOT_EXIST' })
    }
    symlinkSync('gone', join(model, 'dangling'))
    await expect(findModelFile(model, 'dangling')).rejects.toMatchObject({ code: 'RESOURCE_DOES_NOT_EXIST' })
  })

  test('never lies outside the model, whatever its name', async () => {
    const part = fc.constantFrom(
      '..',
      '.',
      'sub',
      'secret',
      'weights.bin',
      'inner.bin',
      '/',
      '',
      'model',
      '\\',
    )
    await fc.assert(
      fc.asyncProperty(fc.array(part, { maxLength: 6 }), async (parts) => {
        const found = await findModelFile(model, parts.join('/')).catch(() => undefined)
        if (found !== undefined) expect(found.path.startsWith(`${model}/`)).toBe(true)
      }),
    )
  })
})

describe('reading such a file', () => {
  test('gives its bytes', async () => {
    expect(Buffer.from(await readModelFile(model, 'weights.bin', 7)).toString()).toBe('weights')
  })

  test('is refused beyond the limit', async () => {
    await expect(readModelFile(model, 'weights.bin', 6)).rejects.toMatchObject({
      code: 'INVALID_PARAMETER_VALUE',
      message: expect.stringContaining('7 bytes'),
    })
  })
})
