import { linkSync, mkdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { beforeEach, describe, expect, test } from 'vitest'
import { computedMs } from '../../fixtures/computing-time.ts'
import {
  type ExternalEntry,
  modelWithExternalConstant,
  modelWithExternalWeights,
  nestedModel,
} from '../../fixtures/onnx/build-model.ts'
import { floatInput, inspectFile, loadFile, modelBytes, modelPath } from '../../fixtures/onnx/onnx-models.ts'
import { temporaryFolder } from '../../fixtures/temporary-folder.ts'

let folder: string

beforeEach(() => {
  folder = temporaryFolder()
})

function write(bytes: Uint8Array): string {
  const path = join(folder, 'model.onnx')
  writeFileSync(path, bytes)
  return path
}

/** Both ways into a model have to refuse it; a worker that loads does not rely on an inspection elsewhere. */
async function refuse(path: string, reason: RegExp): Promise<void> {
  const refusal = { code: 'INVALID_PARAMETER_VALUE', message: expect.stringMatching(reason) }
  await expect(inspectFile(path)).rejects.toMatchObject(refusal)
  await expect(loadFile(path)).rejects.toMatchObject(refusal)
}

/** Refused by onnxruntime itself. */
async function refuseToLoad(path: string, reason: RegExp): Promise<void> {
  await expect(loadFile(path)).rejects.toMatchObject({
    code: 'INVALID_PARAMETER_VALUE',
    message: expect.stringMatching(reason),
  })
}

describe('inspection', () => {
  test('tells bytes of weights, external ones included', async () => {
    const bytes = modelBytes('external/model').length + 4 * 3 * 4
    expect(await inspectFile(modelPath('external/model'))).toEqual({
      unboundedRun: false,
      weightBytes: bytes,
    })
  })

  test.each(['loop', 'loop-in-branch', 'loop-in-function'])(
    'tells of runs without a bound: %s',
    async (name) => {
      expect(await inspectFile(modelPath(name))).toMatchObject({ unboundedRun: true })
    },
  )

  test.each(['softmax', 'several-inputs', 'local-function'])('tells of bounded runs: %s', async (name) => {
    expect(await inspectFile(modelPath(name))).toMatchObject({ unboundedRun: false })
  })

  test('forbids telemetry before the engine can be loaded', async () => {
    delete process.env['ORT_DISABLE_TELEMETRY']
    await inspectFile(modelPath('softmax'))
    expect(process.env['ORT_DISABLE_TELEMETRY']).toBe('1')
  })
})

describe('what cannot be served is refused with its reason', () => {
  test.each([
    ['bfloat16', /Output 'y' of the model is a tensor of bfloat16.*Cast/],
    ['float8', /tensor of float8e4m3fn/],
    ['custom-operator', /custom operators \(com\.example\.Frobnicate\)/],
    ['sequence', /Output 'y' of the model is a sequence/],
    ['reserved-name', /needs another name/],
  ])('%s', (name, reason) => refuse(modelPath(name), reason))

  test.each([
    ['unknown-operator', /^onnxruntime cannot load the model: .*No Op registered for Frobnicate/],
    [
      'newer-opset',
      /^onnxruntime cannot load the model: ONNX Runtime only .*Opset 999 is under development.* older opset\.$/,
    ],
    [
      'newer-ir',
      /^onnxruntime cannot load the model: Unsupported model IR version: 99, max supported .* older opset\.$/,
    ],
  ])('%s', (name, reason) => refuseToLoad(modelPath(name), reason))

  test("the model's own functions are not custom operators", async () => {
    const predictor = await loadFile(modelPath('local-function'))
    const outputs = await predictor.predict(floatInput('x', [2], [1, 2]))
    expect(outputs.get('y')?.data).toEqual(Float32Array.of(2, 4))
  })
})

describe('a damaged file', () => {
  test('is refused wherever it ends early', async () => {
    const whole = modelBytes('softmax')
    for (let length = 0; length < whole.length; length += 1) {
      const path = write(whole.subarray(0, length))
      await expect(loadFile(path), `${length} bytes`).rejects.toMatchObject({
        code: 'INVALID_PARAMETER_VALUE',
      })
    }
  })

  test('is refused where it is random bytes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (bytes) => {
        await refuse(write(bytes), /^The model file is not an ONNX file, or is damaged/)
      }),
    )
  })

  test('never does worse than being refused, whichever bytes are changed', async () => {
    const whole = modelBytes('zipmap-text')
    const change = fc.tuple(fc.nat(whole.length - 1), fc.nat(255))
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 3 }), async (changes) => {
        const bytes = Buffer.from(whole)
        for (const [position, value] of changes) bytes[position] = value
        const predictor = await loadFile(write(bytes)).catch((error: unknown) => error)
        if (predictor instanceof Error)
          expect(['INVALID_PARAMETER_VALUE', 'RESOURCE_DOES_NOT_EXIST']).toContain(
            Reflect.get(predictor, 'code'),
          )
      }),
      { numRuns: 100 },
    )
  })

  test('is refused where it is text, empty, or zeros', async () => {
    await refuse(write(Buffer.from('{"not": "a model"}\n'.repeat(100))), /not an ONNX file/)
    await refuse(write(Buffer.alloc(0)), /no graph/)
    await refuse(write(Buffer.alloc(100_000)), /field number 0/)
  })

  test('is refused where graphs are nested without end', async () => {
    await refuse(write(nestedModel(2_000)), /nested more than/)
  })

  test('is refused at once where it is huge', async () => {
    const path = write(modelBytes('softmax'))
    truncateSync(path, 2 ** 40)
    const start = computedMs()
    await refuse(path, /field number 0/)
    expect(computedMs() - start).toBeLessThan(1000)
  })

  test('that does not exist is reported as missing', async () => {
    writeFileSync(join(folder, 'MLmodel'), 'flavors: {onnx: {data: model.onnx}}')
    await expect(loadFile(folder)).rejects.toMatchObject({
      code: 'RESOURCE_DOES_NOT_EXIST',
      message: expect.stringContaining('model.onnx'),
    })
  })
})

describe('the model file that MLmodel names', () => {
  test.each([
    ['../model.onnx', /contains '\.\.'/],
    ['/dev/zero', /absolute/],
    ['folder', /not a regular file/],
    ['link.onnx', /out of the model folder/],
    ['hard.onnx', /hard links/],
  ])('is refused where it is unsafe: %s', async (data, reason) => {
    const model = join(folder, 'model')
    mkdirSync(join(model, 'folder'), { recursive: true })
    writeFileSync(join(model, 'MLmodel'), `flavors: {onnx: {data: ${data}}}`)
    const outside = write(modelBytes('softmax'))
    symlinkSync(outside, join(model, 'link.onnx'))
    linkSync(write(modelBytes('softmax')), join(model, 'hard.onnx'))
    await refuse(model, reason)
  })

  test('has to be named', async () => {
    for (const entry of ['{}', '{data: null}', '{data: 5}']) {
      writeFileSync(join(folder, 'MLmodel'), `flavors: {onnx: ${entry}}`)
      await refuse(folder, /names no model file/)
    }
  })
})

describe('external data', () => {
  const weights = Buffer.from(Float32Array.from({ length: 12 }, (_, index) => index).buffer)

  beforeEach(() => {
    const outside = folder
    folder = join(outside, 'model')
    mkdirSync(join(folder, 'sub'), { recursive: true })
    writeFileSync(join(outside, 'secret.bin'), weights)
    writeFileSync(join(folder, 'weights.bin'), weights)
    writeFileSync(join(folder, 'sub', 'weights.bin'), weights)
  })

  test.each([
    { location: 'weights.bin' },
    { location: 'weights.bin', offset: '0', length: '48' },
    { location: 'sub/weights.bin' },
  ])('is read from the model folder: %j', async (external) => {
    const predictor = await loadFile(write(modelWithExternalWeights(external)))
    const outputs = await predictor.predict(floatInput('x', [1, 4], [1, 0, 0, 1]))
    expect(outputs.get('y')?.data).toEqual(Float32Array.of(9, 11, 13))
  })

  test('is found whatever the working directory, for rewritten models too', async () => {
    for (const name of ['external/model', 'zipmap-external/model']) {
      expect((await loadFile(modelPath(name))).inputs).toHaveLength(1)
    }
  })

  const unsafe: readonly (readonly [ExternalEntry, RegExp])[] = [
    [{ location: '../secret.bin' }, /contains '\.\.'/],
    [{ location: 'sub/../../secret.bin' }, /contains '\.\.'/],
    [{ location: '/dev/zero' }, /absolute/],
    [{ location: '/proc/self/environ' }, /absolute/],
    [{ location: '' }, /empty/],
    [{ location: 'weights.bin\0' }, /NUL/],
    [{ location: 'sub' }, /not a regular file/],
    [{ location: 'link.bin' }, /out of the model folder/],
    [{ location: 'outside/secret.bin' }, /out of the model folder/],
    [{ location: 'hard.bin' }, /hard links/],
    [{ location: 'weights.bin', offset: '49' }, /beyond the end/],
    [{ location: 'weights.bin', offset: '1', length: '48' }, /beyond the end/],
    [{ location: 'weights.bin', length: '99999999999999999999' }, /is no number/],
    [{ location: 'weights.bin', length: '9007199254740991' }, /beyond the end/],
    [{ location: 'weights.bin', offset: '-1' }, /is no number/],
    [{ location: 'weights.bin', offset: '1e1' }, /is no number/],
  ]

  test.each(unsafe)('is refused where it is unsafe: %j', async (external, reason) => {
    symlinkSync('../secret.bin', join(folder, 'link.bin'))
    symlinkSync('..', join(folder, 'outside'))
    linkSync(join(folder, '..', 'secret.bin'), join(folder, 'hard.bin'))
    await refuse(write(modelWithExternalWeights(external)), reason)
    await refuse(write(modelWithExternalConstant(external)), reason)
  })

  test('that does not exist is reported as missing', async () => {
    const path = write(modelWithExternalWeights({ location: 'none.bin' }))
    for (const open of [inspectFile, loadFile]) {
      await expect(open(path)).rejects.toMatchObject({ code: 'RESOURCE_DOES_NOT_EXIST' })
    }
  })

  test("of onnxruntime's in-memory kind is refused", async () => {
    const path = write(modelWithExternalWeights({ location: '*/_ORT_MEM_ADDR_/*', offset: '4096' }))
    await expect(loadFile(path)).rejects.toMatchObject({ code: 'RESOURCE_DOES_NOT_EXIST' })
  })
})
