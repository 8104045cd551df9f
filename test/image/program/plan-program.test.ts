import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { beforeEach, describe, expect, test } from 'vitest'
import type { LayerFile } from '../../../src/image/layer-plan.ts'
import { planProgram } from '../../../src/image/program/plan-program.ts'
import { temporaryFolder } from '../../fixtures/temporary-folder.ts'

const folder = temporaryFolder()
const PACKAGES = [{ name: 'fastify', version: '5.12.8', licence: 'MIT', purl: 'pkg:npm/fastify@5.12.8' }]

const write = (name: string, content: string): void =>
  writeFileSync(join(folder, 'onnxruntime', name), content)

beforeEach(() => {
  rmSync(join(folder, 'onnxruntime'), { recursive: true, force: true })
  mkdirSync(join(folder, 'onnxruntime'))
  write('main.js', 'run()')
  write('package.json', '{"type":"module"}')
  write('packages.json', JSON.stringify(PACKAGES))
})

describe('the layer with the program', () => {
  test('has all files of the engine’s program, and tells what was bundled', async () => {
    const { entries, packages, compression } = await planProgram({ engine: 'onnxruntime', folder })
    expect(entries.map(({ path }) => path).sort()).toEqual([
      'opt/headrace/main.js',
      'opt/headrace/package.json',
    ])
    const main = entries.find(({ path }) => path.endsWith('main.js')) as LayerFile
    expect(await text(main.open())).toBe('run()')
    expect(main).toMatchObject({ mode: 0o644, size: 5 })
    expect({ packages, compression }).toEqual({ packages: PACKAGES, compression: 'gzip' })
  })

  test('is known by what is in it', async () => {
    const key = async (): Promise<string | undefined> =>
      (await planProgram({ engine: 'onnxruntime', folder })).cacheKey
    const before = await key()
    expect(await key()).toBe(before)
    write('main.js', 'run(1)')
    expect(await key()).not.toBe(before)
  })

  test('is refused where the program was not built, with what to do', async () => {
    const missing = planProgram({ engine: 'tfjs', folder })
    await expect(missing).rejects.toMatchObject({ code: 'INVALID_STATE' })
    await expect(missing).rejects.toThrow('npm run build')
  })

  test('is refused where its list of packages is none', async () => {
    write('packages.json', '{"fastify": "5.12.8"}')
    await expect(planProgram({ engine: 'onnxruntime', folder })).rejects.toThrow('not a list of packages')
  })
})
