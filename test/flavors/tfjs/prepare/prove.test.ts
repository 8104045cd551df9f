import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Predictor } from '../../../../src/core/predictor.ts'
import type { Tensor, TensorMap } from '../../../../src/core/tensor.ts'
import { openWrittenModel } from '../../../../src/flavors/onnx/open-written-model.ts'
import { readArtifacts } from '../../../../src/flavors/tfjs/artifacts/read-artifacts.ts'
import { compileModel } from '../../../../src/flavors/tfjs/compile/compile.ts'
import { openTfjs } from '../../../../src/flavors/tfjs/engines/open-tfjs.ts'
import { compiledBytes } from '../../../../src/flavors/tfjs/prepare/compiled-bytes.ts'
import type { ProofSubject } from '../../../../src/flavors/tfjs/prepare/proof.ts'
import { proofSubject } from '../../../../src/flavors/tfjs/prepare/proof-subject.ts'
import { prove } from '../../../../src/flavors/tfjs/prepare/prove.ts'
import { altered } from './support/altered-predictor.ts'
import { network, saved, savedRowMixer } from './support/saved-models.ts'

interface Compiled {
  readonly candidate: Predictor
  readonly subject: ProofSubject
}

async function compiled(folder: string): Promise<Compiled> {
  const model = await compileModel(await readArtifacts(folder, 'model.json'))
  const candidate = await openWrittenModel({ bytes: compiledBytes(model) }, { intraOpThreads: 1 })
  return { candidate, subject: proofSubject(model.graph) }
}

async function inTfjs(folder: string): Promise<Predictor> {
  return openTfjs(await readArtifacts(folder, 'model.json'), 'wasm')
}

/** The one output, with its numbers changed: `row` counts from 0. */
function changed(outputs: TensorMap, change: (value: number, row: number) => number): TensorMap {
  const [[name, output]] = outputs as unknown as [[string, Tensor & { datatype: 'FP32' }]]
  const length = output.data.length / output.shape[0]!
  const data = output.data.map((value, index) => change(value, Math.floor(index / length)))
  return new Map([[name, { ...output, data }]])
}

describe('the proof that a compiled model gives what TF.js gives', () => {
  let reference: Predictor
  let right: Compiled
  let other: Compiled

  beforeAll(async () => {
    const folder = await saved(network(1))
    reference = await inTfjs(folder)
    right = await compiled(folder)
    other = await compiled(await saved(network(2)))
  })
  afterAll(() => Promise.all([reference.close(), right.candidate.close(), other.candidate.close()]))

  const judge = (candidate: Predictor, subject = right.subject) => prove({ reference, candidate }, subject)

  test('is found for the model itself', async () => {
    const result = await judge(right.candidate)
    expect(result).toMatchObject({ equal: true, proof: { rowsIndependent: true } })
    if (!result.equal) return
    expect(result.proof.cases).toBeGreaterThanOrEqual(3)
    expect(result.proof.largestDifference).toBeLessThan(1e-5)
  })

  test('is not found for the same network with other weights', async () => {
    expect(await judge(other.candidate)).toEqual({
      equal: false,
      differs: true,
      isTooLarge: false,
      reason: expect.stringMatching(
        /^its output 'shares' differs from TF\.js's by \d+.* % \(one row, scale 1\)$/,
      ),
    })
  })

  test.each([
    ['all values a little off', (value: number) => value * 1.003],
    ['one row among several', (value: number, row: number) => (row === 2 ? value * 1.01 : value)],
    ['NaN for what is large', (value: number) => (value > 0.8 ? Number.NaN : value)],
  ])('is not found with %s', async (_, change) => {
    const wrong = altered(right.candidate, (outputs) => changed(outputs, change))
    expect(await judge(wrong)).toMatchObject({ equal: false })
  })

  test('is not found where rows are in another order than they were given', async () => {
    const wrong = altered(right.candidate, (outputs) => {
      const [[name, output]] = outputs as unknown as [[string, Tensor & { datatype: 'FP32' }]]
      const rows = output.shape[0]!
      const data = output.data.map(
        (_, index) => output.data[(rows - 1 - Math.floor(index / 3)) * 3 + (index % 3)]!,
      )
      return new Map([[name, { ...output, data }]])
    })
    expect(await judge(wrong)).toMatchObject({ equal: false, reason: expect.stringContaining('row 1 of 3') })
  })

  test('is not found where the engine refuses what TF.js takes', async () => {
    const narrow = altered(right.candidate, (outputs, inputs) => {
      if (inputs.values().next().value!.shape[0]! > 1) throw new RangeError('one row only')
      return outputs
    })
    await expect(judge(narrow)).rejects.toThrow('one row only')
  })

  test('needs outputs that differ between inputs', async () => {
    const dull = (predictor: Predictor) => altered(predictor, (outputs) => changed(outputs, () => 0.25))
    const result = await prove(
      { reference: dull(reference), candidate: dull(right.candidate) },
      right.subject,
    )
    expect(result).toEqual({
      equal: false,
      differs: false,
      isTooLarge: false,
      reason: "its output 'shares' is the same for all inputs that were tried, which proves nothing",
    })
    const constantOutputs = new Set(['shares'])
    const known = { ...right.subject, constantOutputs }
    expect(
      await prove({ reference: dull(reference), candidate: dull(right.candidate) }, known),
    ).toMatchObject({
      equal: true,
    })
  })

  test('is not spoilt by inputs of which TF.js itself makes noise', async () => {
    // Far from 0 the last digits of the inputs decide.
    const noisy = (predictor: Predictor) =>
      altered(predictor, (outputs, inputs) => {
        const values = inputs.values().next().value!.data as Float32Array
        return changed(outputs, (value, row) => {
          const size = Math.abs(values[row * 4]!)
          return size > 5 ? value * (1 + Math.sin(size * 1e7)) : value
        })
      })
    const roundedOtherwise = altered(noisy(right.candidate), (outputs) => outputs)
    const wobbling: Predictor = {
      ...roundedOtherwise,
      predict: async (inputs) => {
        const [[name, input]] = inputs as unknown as [[string, Tensor & { datatype: 'FP32' }]]
        const data = input.data.map((value) => value * (1 + 2 ** -23))
        return await roundedOtherwise.predict(new Map([[name, { ...input, data }]]))
      },
    }
    expect(await prove({ reference: noisy(reference), candidate: wobbling }, right.subject)).toMatchObject({
      equal: true,
    })
    // A noise of the compiled model alone is a difference.
    expect(await prove({ reference, candidate: noisy(right.candidate) }, right.subject)).toMatchObject({
      equal: false,
    })
  })

  test('tells rows that depend on each other', async () => {
    const folder = savedRowMixer()
    const mixer = await compiled(folder)
    const sides = { reference: await inTfjs(folder), candidate: mixer.candidate }
    expect(await prove(sides, mixer.subject)).toMatchObject({
      equal: true,
      proof: { rowsIndependent: false },
    })
    await Promise.all([sides.reference.close(), sides.candidate.close()])
  })
})
