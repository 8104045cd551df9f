import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import tfjsCore from '@tensorflow/tfjs-core/package.json' with { type: 'json' }
import { beforeEach, describe, expect, test } from 'vitest'
import { CompiledCache } from '../../../../src/flavors/tfjs/prepare/compiled-cache.ts'
import { sha256Of } from '../../../../src/flavors/tfjs/prepare/sha256.ts'
import type { Verdict } from '../../../../src/flavors/tfjs/prepare/verdict.ts'
import { TFJS_VERSION } from '../../../../src/flavors/tfjs-version.ts'
import { temporaryFolder } from '../../../fixtures/temporary-folder.ts'

const MODEL = Uint8Array.from({ length: 1000 }, (_, index) => index)
const FOUND = { weightBytes: 900, unboundedRun: false, rowsIndependent: true, reference: 'wasm' } as const
const REFUSED: Verdict = { ...FOUND, outcome: { kind: 'refused', reason: "node 'a' (Where): why" } }
const COMPILED: Verdict = {
  ...FOUND,
  outcome: {
    kind: 'compiled',
    bytes: MODEL.length,
    sha256: await sha256Of(MODEL),
    nodes: 3,
    proof: { cases: 4, largestDifference: 1e-6 },
  },
}

let folder: string
let cache: CompiledCache

beforeEach(() => {
  folder = join(temporaryFolder(), 'a', 'compiled')
  cache = new CompiledCache({ folder, maxBytes: 1e6 })
})

/** Makes an entry look as if it had been used so many seconds after 1970. */
function age(key: string, seconds: number): void {
  for (const file of readdirSync(join(folder, key))) utimesSync(join(folder, key, file), seconds, seconds)
}

describe('the cache of compiled models', () => {
  test('has what was kept in it, readable by its owner alone', async () => {
    expect(await cache.find('one')).toBeUndefined()
    const path = join(folder, 'one', 'model.onnx')
    expect(await cache.keep('one', COMPILED, MODEL)).toBe(path)
    expect(await cache.find('one')).toEqual({ verdict: COMPILED, path })
    expect(new Uint8Array(readFileSync(path))).toEqual(MODEL)
    for (const place of [folder, join(folder, 'one')]) expect(statSync(place).mode & 0o777).toBe(0o700)
    expect(statSync(path).mode & 0o777).toBe(0o600)
  })

  test('has refusals too', async () => {
    expect(await cache.keep('one', REFUSED, undefined)).toBeUndefined()
    expect(await cache.find('one')).toEqual({ verdict: REFUSED, path: undefined })
  })

  test.each([
    ['the model is cut', 'model.onnx', MODEL.subarray(1)],
    ['the model is another', 'model.onnx', MODEL.toReversed()],
    ['the verdict is cut', 'verdict.json', '{"weightBytes":'],
    ['the verdict says less', 'verdict.json', '{"outcome":{"kind":"compiled"}}'],
    ['the verdict is no map', 'verdict.json', 'null'],
  ])('has nothing where %s, until it is kept again', async (_, file, content) => {
    await cache.keep('one', COMPILED, MODEL)
    writeFileSync(join(folder, 'one', file), content)
    expect(await cache.find('one')).toBeUndefined()
    await cache.keep('one', COMPILED, MODEL)
    expect(await cache.find('one')).toMatchObject({ verdict: COMPILED })
    expect(readdirSync(folder)).toEqual(['one'])
  })

  test.each(['model.onnx', 'verdict.json'])('has nothing without its %s', async (file) => {
    await cache.keep('one', COMPILED, MODEL)
    rmSync(join(folder, 'one', file))
    expect(await cache.find('one')).toBeUndefined()
  })

  test('replaces a verdict by another one', async () => {
    await cache.keep('one', COMPILED, MODEL)
    await cache.keep('one', REFUSED, undefined)
    expect(await cache.find('one')).toEqual({ verdict: REFUSED, path: undefined })
    expect(readdirSync(join(folder, 'one'))).toEqual(['verdict.json'])
  })

  test('leaves in place what is the same', async () => {
    const path = await cache.keep('one', COMPILED, MODEL)
    const { ino } = statSync(path!)
    await cache.keep('one', COMPILED, MODEL)
    expect(statSync(path!).ino).toBe(ino)
  })

  test('keeps the same under one key for all who do so at once', async () => {
    const paths = await Promise.all(Array.from({ length: 8 }, () => cache.keep('one', COMPILED, MODEL)))
    expect(new Set(paths).size).toBe(1)
    expect(await cache.find('one')).toMatchObject({ verdict: COMPILED })
    expect(readdirSync(folder)).toEqual(['one'])
  })

  test('gives up what was used longest ago, where there is no room', async () => {
    const small = new CompiledCache({ folder, maxBytes: 3500 })
    for (const [seconds, key] of ['one', 'two'].entries()) {
      await small.keep(key, COMPILED, MODEL)
      age(key, seconds + 1)
    }
    await small.find('one')
    await small.keep('three', COMPILED, MODEL)
    expect(readdirSync(folder).sort()).toEqual(['one', 'three'])
    await new CompiledCache({ folder, maxBytes: 1100 }).keep('four', COMPILED, MODEL)
    expect(readdirSync(folder)).toEqual(['four'])
  })

  test('does not keep what is larger than all of it', async () => {
    const small = new CompiledCache({ folder, maxBytes: 999 })
    expect(await small.keep('one', COMPILED, MODEL)).toBeUndefined()
    expect(existsSync(folder)).toBe(false)
  })

  test('leaves alone what is not its own, and drafts until nobody can be writing them', async () => {
    mkdirSync(join(folder, '.old.draft'), { recursive: true, mode: 0o700 })
    mkdirSync(join(folder, '.new.draft'))
    writeFileSync(join(folder, 'note.txt'), 'mine')
    utimesSync(join(folder, '.old.draft'), 1, 1)
    await cache.keep('one', COMPILED, MODEL)
    expect(readdirSync(folder).sort()).toEqual(['.new.draft', 'note.txt', 'one'])
  })

  test('throws where its folder cannot be made', async () => {
    writeFileSync(join(folder, '../../file'), '')
    const impossible = new CompiledCache({ folder: join(folder, '../../file/compiled'), maxBytes: 1e6 })
    await expect(impossible.keep('one', COMPILED, MODEL)).rejects.toMatchObject({ code: 'ENOTDIR' })
    expect(await impossible.find('one')).toBeUndefined()
  })

  test('throws where the file system makes no folders', async () => {
    const impossible = new CompiledCache({ folder: '/proc/headrace/compiled', maxBytes: 1e6 })
    await expect(impossible.keep('one', COMPILED, MODEL)).rejects.toMatchObject({ code: 'ENOENT' })
  })

  test.each(['model.onnx', 'verdict.json'])('does not wait for a pipe in the place of %s', async (file) => {
    await cache.keep('one', COMPILED, MODEL)
    rmSync(join(folder, 'one', file))
    execFileSync('mkfifo', [join(folder, 'one', file)])
    expect(await cache.find('one')).toBeUndefined()
  })

  test.each(['', 'one', 'one/verdict.json', 'one/model.onnx'])(
    "has nothing where others may write '%s'",
    async (place) => {
      await cache.keep('one', COMPILED, MODEL)
      for (const mode of [0o720, 0o702]) {
        chmodSync(join(folder, place), mode)
        expect(await cache.find('one')).toBeUndefined()
      }
    },
  )

  test('keeps nothing where others may write, and says what to do', async () => {
    mkdirSync(folder, { recursive: true })
    chmodSync(folder, 0o777)
    await expect(cache.keep('one', COMPILED, MODEL)).rejects.toThrow(`then chmod go-w ${folder}`)
    expect(readdirSync(folder)).toEqual([])
  })

  test.runIf(process.getuid?.() === 0)('has nothing of another user', async () => {
    await cache.keep('one', COMPILED, MODEL)
    chownSync(folder, 1234, 1234)
    expect(await cache.find('one')).toBeUndefined()
    await expect(cache.keep('two', REFUSED, undefined)).rejects.toThrow(`${folder} belongs to user 1234`)
  })

  test('is asked by the version of TF.js that is installed', () => {
    expect(TFJS_VERSION).toBe(tfjsCore.version)
  })
})
