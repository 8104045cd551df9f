import {
  createReadStream,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { expect, test } from 'vitest'
import { writeContext } from '../../../src/image/dockerfile/write-context.ts'
import { configOf } from '../../../src/image/image-config-of.ts'
import type { LayerFile, LayerPlan } from '../../../src/image/layer-plan.ts'
import { temporaryFolder } from '../../fixtures/temporary-folder.ts'

const config = configOf({ platform: 'linux/amd64', version: '0.1.0' })
const { signal } = new AbortController()

function file(path: string, content: string, mode = 0o644): LayerFile {
  return { kind: 'file', path, mode, size: content.length, open: () => Readable.from([Buffer.from(content)]) }
}

function layer(title: string, ...entries: readonly LayerFile[]): LayerPlan {
  return { title, compression: 'none', entries, packages: [] }
}

function write(folder: string, ...layers: readonly LayerPlan[]): Promise<void> {
  return writeContext(folder, { config, base: 'node:24-slim', layers }, signal)
}

test('each layer is a folder that is copied to the root of the image', async () => {
  const folder = join(temporaryFolder(), 'out')
  const program = layer('headrace', file('opt/headrace/main.js', 'main', 0o755))
  await write(folder, program, layer('bill of materials', file('usr/share/bill.json', '{}')))
  expect(readFileSync(join(folder, 'headrace/opt/headrace/main.js'), 'utf8')).toBe('main')
  expect(statSync(join(folder, 'headrace/opt/headrace/main.js')).mode & 0o777).toBe(0o755)
  expect(readFileSync(join(folder, 'Dockerfile'), 'utf8')).toMatch(
    /^COPY headrace\/ \/\nCOPY bill-of-materials\/ \/$/m,
  )
  expect(readFileSync(join(folder, '.dockerignore'), 'utf8')).toBe('*\n!headrace\n!bill-of-materials\n')
})

test('everybody may read what is copied, whatever the umask', async () => {
  const previous = process.umask(0o077)
  try {
    const folder = temporaryFolder()
    await write(folder, layer('model', file('opt/ml/model/MLmodel', 'x')))
    for (const path of ['model', 'model/opt', 'model/opt/ml/model']) {
      expect([path, statSync(join(folder, path)).mode & 0o777]).toEqual([path, 0o755])
    }
    expect(statSync(join(folder, 'model/opt/ml/model/MLmodel')).mode & 0o777).toBe(0o644)
  } finally {
    process.umask(previous)
  }
})

test('of an earlier one nothing stays', async () => {
  const folder = temporaryFolder()
  await write(folder, layer('onnxruntime', file('a', '1')), layer('model', file('old', '1')))
  await write(folder, layer('model', file('new', '2')))
  expect(readdirSync(folder).sort()).toEqual(['.dockerignore', 'Dockerfile', 'model'])
  expect(readdirSync(join(folder, 'model'))).toEqual(['new'])
})

test('a folder that somebody has added to an earlier one stays', async () => {
  const folder = temporaryFolder()
  await write(folder, layer('model', file('old', '1')))
  mkdirSync(join(folder, 'scripts'))
  writeFileSync(join(folder, 'scripts/run'), 'mine')
  writeFileSync(join(folder, 'Dockerfile'), 'COPY scripts/ /\n', { flag: 'a' })
  await write(folder, layer('model', file('new', '2')))
  expect(readFileSync(join(folder, 'scripts/run'), 'utf8')).toBe('mine')
})

test("a folder of the user's is left as it is", async () => {
  const folder = temporaryFolder()
  mkdirSync(join(folder, 'model'))
  writeFileSync(join(folder, 'Dockerfile'), 'FROM mine\n')
  await expect(write(folder, layer('model', file('new', '2')))).rejects.toThrow(
    /holds other files than those/,
  )
  expect(readFileSync(join(folder, 'Dockerfile'), 'utf8')).toBe('FROM mine\n')
  expect(existsSync(join(folder, 'model/new'))).toBe(false)
})

test('of what fails nothing stays, so that it can be written again', async () => {
  const folder = temporaryFolder()
  const lost = { ...file('weights', ''), open: () => createReadStream(join(folder, 'absent')) }
  await expect(write(folder, layer('headrace', file('main.js', '1')), layer('model', lost))).rejects.toThrow(
    `${folder} cannot be written: ENOENT`,
  )
  expect(readdirSync(folder)).toEqual([])
})

test('of a model that was written to while it was copied nothing stays', async () => {
  const folder = temporaryFolder()
  const layers = [layer('model', file('weights', '1'))]
  const expectUnchanged = () => Promise.reject(new Error('was written to'))
  await expect(
    writeContext(folder, { config, base: 'node:24-slim', layers, expectUnchanged }, signal),
  ).rejects.toThrow('was written to')
  expect(readdirSync(folder)).toEqual([])
})

test('a folder that cannot be is told in a sentence', async () => {
  const path = join(temporaryFolder(), 'file')
  writeFileSync(path, '')
  await expect(write(path, layer('model', file('a', '1')))).rejects.toMatchObject({
    code: 'INVALID_STATE',
    message: expect.stringContaining(`${path} cannot be written: `),
  })
})

test('a place where no folder can be made is told', async () => {
  await expect(write('/proc/headrace/out', layer('model', file('a', 'x')))).rejects.toMatchObject({
    code: 'INVALID_STATE',
    message: expect.stringContaining('/proc/headrace/out cannot be written: ENOENT'),
  })
})
