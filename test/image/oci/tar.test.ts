import { execFileSync } from 'node:child_process'
import { Readable } from 'node:stream'
import { expect, test } from 'vitest'
import type { LayerEntry } from '../../../src/image/layer-plan.ts'
import { tarOf } from '../../../src/image/oci/tar.ts'
import { bytesOf, textEntry } from './support/entries.ts'

/** GNU tar's view of an archive, one line an entry. */
function listed(archive: Uint8Array): readonly string[] {
  const env = { ...process.env, TZ: 'UTC', LC_ALL: 'C.UTF-8' }
  const flags = ['--list', '--verbose', '--numeric-owner', '--quoting-style=literal', '--file=-']
  const text = execFileSync('tar', flags, { input: archive, env, encoding: 'utf8' })
  return text.split('\n').filter((line) => line !== '')
}

const LONG = `${'folder-of-some-length/'.repeat(12)}${'x'.repeat(180)}.onnx`

test.each([
  [textEntry('a.txt', 'abc'), '-rw-r--r-- 0/0 3 1970-01-01 00:00 a.txt'],
  [textEntry('bin/node', 'x', { mode: 0o755 }), '-rwxr-xr-x 0/0 1 1970-01-01 00:00 bin/node'],
  [textEntry('home/h/x', '', { owner: 1000 }), '-rw-r--r-- 1000/1000 0 1970-01-01 00:00 home/h/x'],
  [textEntry('Wörter/値.txt', 'abc'), '-rw-r--r-- 0/0 3 1970-01-01 00:00 Wörter/値.txt'],
  [textEntry(LONG, 'abc'), `-rw-r--r-- 0/0 3 1970-01-01 00:00 ${LONG}`],
  [{ kind: 'directory', path: 'tmp', mode: 0o1777 }, 'drwxrwxrwt 0/0 0 1970-01-01 00:00 tmp/'],
  [
    { kind: 'link', path: 'lib64', target: `usr/${LONG}` },
    `lrwxrwxrwx 0/0 0 1970-01-01 00:00 lib64 -> usr/${LONG}`,
  ],
  [{ kind: 'link', path: 'l', target: 'ä' }, 'lrwxrwxrwx 0/0 0 1970-01-01 00:00 l -> ä'],
] as const satisfies readonly (readonly [LayerEntry, string])[])('GNU tar reads %j', async (entry, line) => {
  const [shown = ''] = listed(await bytesOf(tarOf([entry])))
  expect(shown.replace(/ +/g, ' ')).toBe(line)
})

test('contents come back', async () => {
  const text = 'weights'.repeat(100_000)
  const archive = await bytesOf(tarOf([textEntry('a', '1'), textEntry('b', text), textEntry('c', '3')]))
  expect(archive.length % 512).toBe(0)
  expect(execFileSync('tar', ['-xOf-', 'b'], { input: archive, encoding: 'utf8' })).toBe(text)
})

test('a file may have more than 8 GiB', async () => {
  const size = 9 * 1024 ** 3
  const large = textEntry('weights.bin', '', { size, open: () => Readable.from([Buffer.alloc(4096)]) })
  const beginning: Uint8Array[] = []
  const reading = (async () => {
    for await (const chunk of tarOf([large])) beginning.push(chunk)
  })()
  await expect(reading).rejects.toThrow('has only 4096 now')
  const script = 'tar --list --verbose --numeric-owner --file=- 2>/dev/null || true'
  const line = execFileSync('sh', ['-c', script], { input: Buffer.concat(beginning), encoding: 'utf8' })
  expect(line).toContain(` ${size} `)
})

test.each([
  ['fewer', 'ab'],
  ['more', 'abcd'],
])('an entry with %s bytes than it says is an error', async (_, text) => {
  await expect(bytesOf(tarOf([textEntry('a', text, { size: 3 })]))).rejects.toMatchObject({
    code: 'INVALID_STATE',
    message: expect.stringMatching(/^a of the image had 3 bytes and has (only 2|more) now/),
  })
})

test('an entry that cannot be read is an error', async () => {
  const open = (): Readable => new Readable({ read: (): void => {} }).destroy(new Error('no such disk'))
  await expect(bytesOf(tarOf([textEntry('a', 'abc', { open })]))).rejects.toThrow('no such disk')
})

test('a reader that leaves ends the reading of the entry', async () => {
  const source = new Readable({
    read(): void {
      this.push(Buffer.alloc(64 * 1024))
    },
  })
  const endless = textEntry('a', '', { size: 2 ** 40, open: () => source })
  for await (const _ of tarOf([endless])) break
  await expect.poll(() => source.destroyed).toBe(true)
})
