import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { beforeEach, describe, expect, test } from 'vitest'
import { ArtifactFolder } from '../../src/artifacts/artifact-folder.ts'
import { temporaryFolder } from '../fixtures/temporary-folder.ts'

let outside: string
let root: string
let folder: ArtifactFolder

beforeEach(() => {
  outside = temporaryFolder()
  root = join(outside, 'root')
  folder = new ArtifactFolder(root)
  writeFileSync(join(outside, 'secret.txt'), 'secret')
})

function write(path: string, content = 'hello', bytes?: number): Promise<void> {
  return folder.write(path, Readable.from([Buffer.from(content)]), { bytes })
}

async function read(path: string): Promise<string> {
  const { handle } = await folder.open(path)
  try {
    return await handle.readFile('utf8')
  } finally {
    await handle.close()
  }
}

async function names(path = ''): Promise<readonly string[]> {
  return (await folder.list(path)).map(({ name }) => name)
}

describe('an artifact folder', () => {
  test('makes folders for what is written, and lists by name', async () => {
    for (const path of ['b//c.txt', 'a.txt', 'b/d/e.txt', '\u{1F600}', '\uFFFD']) await write(path)
    expect(await folder.list('')).toEqual([
      { name: 'a.txt', isFolder: false, bytes: 5 },
      { name: 'b', isFolder: true, bytes: undefined },
      { name: '\uFFFD', isFolder: false, bytes: 5 },
      { name: '\u{1F600}', isFolder: false, bytes: 5 },
    ])
    expect(await names('b/')).toEqual(['c.txt', 'd'])
    expect(await read('b/./d//e.txt')).toBe('hello')
  })

  test('lists nothing of a file and of what is not there', async () => {
    await write('a.txt')
    expect([
      await names('a.txt'),
      await names('none'),
      await names('a.txt/x'),
      await names('n'.repeat(300)),
    ]).toEqual([[], [], [], []])
  })

  test('replaces a file whole, and has the new one after', async () => {
    await write('a.txt', 'one')
    const before = await folder.open('a.txt')
    await write('a.txt', 'two and more')
    expect(await before.handle.readFile('utf8')).toBe('one')
    await before.handle.close()
    expect(await read('a.txt')).toBe('two and more')
  })

  test('keeps what was there when a content is shorter than announced, or breaks off', async () => {
    await write('a/b.txt', 'kept')
    await expect(write('a/b.txt', 'new', 10)).rejects.toMatchObject({ code: 'BAD_REQUEST' })
    const broken = Readable.from(
      (async function* () {
        yield Buffer.alloc(100_000)
        throw new Error('gone')
      })(),
    )
    await expect(folder.write('a/b.txt', broken)).rejects.toThrow('gone')
    expect(await read('a/b.txt')).toBe('kept')
    expect(readdirSync(join(root, 'a'))).toEqual(['b.txt'])
  })

  test('leaves no folder of an upload that failed', async () => {
    await write('x.txt')
    await expect(write('new/er/b.txt', 'short', 10)).rejects.toMatchObject({ code: 'BAD_REQUEST' })
    expect(readdirSync(root)).toEqual(['x.txt'])
  })

  test('takes uploads into one new folder at the same time, some of which fail', async () => {
    const works = Array.from({ length: 40 }, (_, index) =>
      write(`deep/er/${index}`, 'abc', index % 2 ? 3 : 9),
    )
    const results = await Promise.allSettled(works)
    const written = results.flatMap(({ status }, index) => (status === 'fulfilled' ? [String(index)] : []))
    expect(written.every((name) => Number(name) % 2 === 1)).toBe(true)
    expect(new Set(await names('deep/er'))).toEqual(new Set(written))
  })

  test('does not show what is being written', async () => {
    const content = new Readable({ read() {} })
    const writing = folder.write('a.txt', content)
    content.push('half')
    while (!existsSync(root) || readdirSync(root).length === 0)
      await new Promise((next) => setTimeout(next, 5))
    expect([await names(), existsSync(join(root, 'a.txt'))]).toEqual([[], false])
    content.push(null)
    await writing
    expect(await names()).toEqual(['a.txt'])
  })

  test.each([
    ['./b', /resolve to other names/],
    ['a/./b', /resolve to other names/],
    ['dir', /refers to a directory/],
    ['file/b', /is a file and no folder/],
    ['file/b/c', /is a file and no folder/],
    ['n'.repeat(300), /longer than the file system takes/],
    ['.artifact.uploading.x', /are reserved/],
    ['', /Invalid path/],
  ])('refuses to write %j', async (path, message) => {
    await write('dir/x')
    await write('file')
    await expect(write(path)).rejects.toMatchObject({ code: 'INVALID_PARAMETER_VALUE' })
    await expect(write(path)).rejects.toThrow(message)
    expect(await names()).toEqual(['dir', 'file'])
  })

  test('removes files and folders, and nothing else', async () => {
    for (const path of ['a/b.txt', 'a/c/d.txt', 'e.txt']) await write(path)
    await folder.remove('a/b.txt')
    await folder.remove('none/at/all')
    await folder.remove('e.txt/x')
    expect([await names(), await names('a')]).toEqual([['a', 'e.txt'], ['c']])
    await folder.remove('a/')
    expect(await names()).toEqual(['e.txt'])
    for (const path of ['', '.', './']) {
      await expect(folder.remove(path)).rejects.toMatchObject({ code: 'INVALID_PARAMETER_VALUE' })
    }
  })

  test.each(['none', 'dir/none', 'file/none', 'n'.repeat(300)])('has no %s', async (path) => {
    await write('dir/x')
    await write('file')
    await expect(folder.open(path)).rejects.toMatchObject({
      code: 'RESOURCE_DOES_NOT_EXIST',
      message: `No such artifact: '${path}'`,
    })
  })
})

describe('links in an artifact folder', () => {
  const OUTSIDE = expect.objectContaining({
    code: 'INVALID_PARAMETER_VALUE',
    message: 'Invalid path: resolved path is outside the artifact directory',
  })

  beforeEach(async () => {
    await write('inner/x.txt', 'inner')
    symlinkSync(join(outside, 'secret.txt'), join(root, 'file-link'))
    symlinkSync(outside, join(root, 'folder-link'))
    symlinkSync(join(root, 'inner'), join(root, 'inner-link'))
    symlinkSync('/nowhere/at/all', join(root, 'broken'))
    symlinkSync('loop', join(root, 'loop'))
  })

  test('that lead out are neither read nor listed', async () => {
    await expect(folder.open('file-link')).rejects.toEqual(OUTSIDE)
    await expect(folder.open('folder-link/secret.txt')).rejects.toEqual(OUTSIDE)
    await expect(folder.list('folder-link')).rejects.toEqual(OUTSIDE)
    expect(await names()).toEqual(['inner', 'inner-link'])
  })

  test('that lead out are not written through', async () => {
    await expect(write('folder-link/new.txt')).rejects.toEqual(OUTSIDE)
    await expect(write('folder-link/new/er.txt')).rejects.toEqual(OUTSIDE)
    await expect(write('file-link')).rejects.toEqual(OUTSIDE)
    await expect(write('broken')).rejects.toMatchObject({ code: 'INVALID_PARAMETER_VALUE' })
    await expect(write('loop/x')).rejects.toMatchObject({ code: 'INVALID_PARAMETER_VALUE' })
    expect(readFileSync(join(outside, 'secret.txt'), 'utf8')).toBe('secret')
    expect(readdirSync(outside).sort()).toEqual(['root', 'secret.txt'])
  })

  test('that lead out are not followed when they are removed', async () => {
    await expect(folder.remove('folder-link/secret.txt')).rejects.toEqual(OUTSIDE)
    await folder.remove('folder-link')
    await folder.remove('file-link')
    expect(readFileSync(join(outside, 'secret.txt'), 'utf8')).toBe('secret')
    expect(existsSync(join(root, 'folder-link'))).toBe(false)
  })

  test('that stay inside are what they lead to', async () => {
    expect(await read('inner-link/x.txt')).toBe('inner')
    await write('inner-link/y.txt', 'more')
    expect(await names('inner')).toEqual(['x.txt', 'y.txt'])
  })

  test.each(['broken', 'loop', 'loop/x'])('that lead nowhere are nothing: %s', async (path) => {
    await expect(folder.open(path)).rejects.toMatchObject({ code: 'RESOURCE_DOES_NOT_EXIST' })
  })
})

test.skipIf(process.platform === 'win32')('a pipe is no artifact, and nobody waits for it', async () => {
  mkdirSync(root)
  execFileSync('mkfifo', [join(root, 'pipe')])
  await expect(folder.open('pipe')).rejects.toMatchObject({ code: 'INVALID_PARAMETER_VALUE' })
  expect(await names()).toEqual([])
})
