import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { bundledPackages, licenceTexts } from '../../scripts/bundled-packages.ts'
import { temporaryFolder } from '../fixtures/temporary-folder.ts'

const folder = temporaryFolder()

function addPackage(place: string, manifest: object, files: Readonly<Record<string, string>> = {}): string {
  const root = join(folder, 'node_modules', place)
  mkdirSync(join(root, 'esm'), { recursive: true })
  writeFileSync(join(root, 'package.json'), JSON.stringify(manifest))
  for (const [name, content] of Object.entries(files)) writeFileSync(join(root, name), content)
  return join(root, 'esm/index.js')
}

describe('the packages of a bundle', () => {
  test('are those of its modules, each once, in the order of their names', () => {
    const b = addPackage('b', { name: 'b', version: '2.0.0', license: 'ISC' })
    const scoped = addPackage('@a/c', { name: '@a/c', version: '1.0.0', license: 'MIT' })
    const nested = addPackage('b/node_modules/d', { name: 'd', version: '3.0.0', license: 'MIT' })
    const modules = [
      b,
      `${b}?commonjs`,
      `\0${nested}`,
      scoped,
      '/somewhere/src/main.ts',
      '\0rolldown/runtime.js',
    ]
    expect(
      bundledPackages(modules).map(({ name, version, licence, purl }) => [name, version, licence, purl]),
    ).toEqual([
      ['@a/c', '1.0.0', 'MIT', 'pkg:npm/%40a/c@1.0.0'],
      ['b', '2.0.0', 'ISC', 'pkg:npm/b@2.0.0'],
      ['d', '3.0.0', 'MIT', 'pkg:npm/d@3.0.0'],
    ])
  })

  test('are found above manifests that only say what kind of modules lie below them', () => {
    const module = addPackage('marked', { name: 'marked', version: '1.0.0', license: 'MIT' })
    writeFileSync(join(folder, 'node_modules/marked/esm/package.json'), '{"type": "module"}')
    expect(bundledPackages([module])).toMatchObject([{ name: 'marked' }])
  })

  test('are not those of which only the manifest is read, for a version', () => {
    addPackage('engine', { name: 'engine', version: '1.0.0', license: 'MIT' })
    const manifest = join(folder, 'node_modules/engine/package.json')
    expect(bundledPackages([manifest, `\0${manifest}`, `${manifest}?commonjs`])).toEqual([])
  })

  test('need a licence', () => {
    const module = addPackage('unlicensed', { name: 'unlicensed', version: '1.0.0' })
    expect(() => bundledPackages([module])).toThrow('unlicensed does not say under what licence')
  })

  test('have their licences told, equal texts once', () => {
    const licence = { LICENSE: 'Copyright X. Permission is granted.' }
    const modules = ['e', 'f'].map((name) =>
      addPackage(name, { name, version: '1.0.0', license: 'MIT' }, licence),
    )
    const text = licenceTexts(bundledPackages(modules))
    expect(text).toContain('e 1.0.0\nf 1.0.0\n')
    expect(text.match(/Permission is granted/g)).toHaveLength(1)
  })
})
