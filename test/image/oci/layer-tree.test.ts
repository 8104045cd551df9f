import fc from 'fast-check'
import { expect, test } from 'vitest'
import { layerTree } from '../../../src/image/oci/layer-tree.ts'
import { textEntry } from './support/entries.ts'

const name = fc.stringMatching(/^[a-z0-9._-]{1,4}$/).filter((part) => part !== '.' && part !== '..')
const path = fc.array(name, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/'))

/** None of them is a folder of another. */
const files = fc
  .uniqueArray(path, { maxLength: 30 })
  .map((all) => all.filter((one) => !all.some((other) => other.startsWith(`${one}/`))))

test('the order of planning is not seen, and every folder comes before what is in it', () => {
  fc.assert(
    fc.property(files, fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })), (paths, chances) => {
      const tree = layerTree(paths.map((one) => textEntry(one, '')))
      const shuffled = paths
        .map((one) => ({ one, chance: chances.next().value ?? 0 }))
        .sort((a, b) => a.chance - b.chance)
      const again = layerTree(shuffled.map(({ one }) => textEntry(one, '')))
      expect(again.map(({ path, kind }) => [path, kind])).toEqual(tree.map(({ path, kind }) => [path, kind]))
      const seen = new Set<string>()
      for (const entry of tree) {
        const parent = entry.path.split('/').slice(0, -1).join('/')
        expect(parent === '' || seen.has(parent)).toBe(true)
        if (entry.kind === 'directory') seen.add(entry.path)
      }
      expect(tree.filter(({ kind }) => kind === 'file')).toHaveLength(paths.length)
    }),
  )
})

test('a planned folder keeps its mode and owner, others are root’s', () => {
  const tree = layerTree([
    textEntry('home/headrace/.keep', ''),
    { kind: 'directory', path: 'home/headrace', mode: 0o700, owner: 1000 },
  ])
  expect(tree).toMatchObject([
    { path: 'home', mode: 0o755 },
    { path: 'home/headrace', mode: 0o700, owner: 1000 },
    { path: 'home/headrace/.keep' },
  ])
  expect(tree[0]).not.toHaveProperty('owner')
})

test.each(['', '/etc/passwd', 'a//b', 'a/', '../a', 'a/../b', './a', 'a\0b'])('%j is refused', (path) => {
  expect(() => layerTree([textEntry(path, '')])).toThrow('is not a path within an image')
})

test.each(['opt/ml/model/.wh.weights.bin', '.wh.tmp/a', 'opt/.wh..wh..opq'])(
  '%s, which would remove files, is refused',
  (path) => {
    expect(() => layerTree([textEntry(path, '')])).toThrow('cannot be in an image')
  },
)

test('two entries of one path are refused, and a file that would have to be a folder', () => {
  expect(() => layerTree([textEntry('a', '1'), textEntry('a', '2')])).toThrow("have the path 'a'")
  expect(() => layerTree([textEntry('a', '1'), textEntry('a/b', '2')])).toThrow("'a' of the layer is a file")
  const folder = { kind: 'directory', path: 'tmp', mode: 0o1777 } as const
  expect(layerTree([folder, folder])).toHaveLength(1)
  expect(() => layerTree([folder, { ...folder, mode: 0o755 }])).toThrow("have the path 'tmp'")
})
