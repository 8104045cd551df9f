import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Spec, Validation } from '@cyclonedx/cyclonedx-library'
import { beforeAll, describe, expect, test } from 'vitest'
import { temporaryFolder } from '../fixtures/temporary-folder.ts'
import { buildImage, buildPrograms } from './support/containers/built-image.ts'
import { ROOT, run } from './support/headrace-process.ts'

const MODEL = join(ROOT, 'models/iris/1')
const TFJS_MODEL = join(ROOT, 'models/digits-layers/1')
const VALIDATOR = new Validation.JsonStrictValidator(Spec.Version.v1dot6)

const folder = temporaryFolder()
const cache = ['--cache-dir', join(folder, 'cache')]

beforeAll(async () => {
  await buildPrograms()
})

/** What `headrace sbom` prints for a model. */
async function billOf(model: string, ...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await run({ args: ['sbom', '-m', model, ...args, ...cache] })
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  return stdout
}

function namesOf(bill: string): readonly string[] {
  return JSON.parse(bill).components.map(({ name }: { name: string }) => name)
}

describe('headrace sbom', () => {
  test('prints what the schema of CycloneDX takes, and what is in an image of the model', async () => {
    const bill = await billOf(MODEL)
    expect(await VALIDATOR.validate(bill)).toBeNull()
    expect(namesOf(bill)).toEqual(
      expect.arrayContaining(['headrace', 'node', 'onnxruntime-node', 'onnxruntime-common', 'fastify']),
    )
    const [model] = JSON.parse(bill).components.filter(
      ({ type }: { type: string }) => type === 'machine-learning-model',
    )
    expect(model).toMatchObject({ hashes: [{ alg: 'SHA-256', content: expect.any(String) }] })
  })

  test('prints the same again, and what build-image writes beside the image', async () => {
    const file = join(folder, 'sbom.json')
    await buildImage(['-m', MODEL, '-o', join(folder, 'iris.tar'), '--sbom', file, '--no-trial', ...cache])
    expect(await billOf(MODEL)).toBe(readFileSync(file, 'utf8'))
  })

  test('has no onnxruntime for a model that WebAssembly runs', async () => {
    const names = namesOf(await billOf(TFJS_MODEL, '--tfjs-engine', 'wasm'))
    expect(names).toContain('@tensorflow/tfjs-core')
    expect(names.filter((name) => name.startsWith('onnxruntime'))).toEqual([])
  })

  test('says what is missing', async () => {
    const unnamed = await run({ args: ['sbom'] })
    expect(unnamed).toMatchObject({ code: 2, stdout: '' })
    expect(unnamed.stderr).toContain('No model is named')
    const platform = process.arch === 'arm64' ? 'linux/amd64' : 'linux/arm64'
    const foreign = await run({ args: ['sbom', '-m', MODEL, '--platform', platform] })
    expect(foreign).toMatchObject({ code: 1, stdout: '' })
    expect(foreign.stderr).toMatch(new RegExp(`^headrace: An image for ${platform} .* --base`))
  })
})
