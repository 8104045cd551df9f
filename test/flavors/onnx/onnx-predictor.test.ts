import { describe, expect, test } from 'vitest'
import type { Predictor } from '../../../src/core/predictor.ts'
import type { Tensor, TensorMap } from '../../../src/core/tensor.ts'
import { newTiming } from '../../../src/core/timing.ts'
import { describePredictor } from '../../contract/predictor-contract.ts'
import { floatInput, loadFile, modelPath } from '../../fixtures/onnx/onnx-models.ts'

const open = (name: string) => () => loadFile(modelPath(name))

function seeded(count: number, seed: number): number[] {
  return Array.from({ length: count }, (_, index) => Math.sin(seed * 10 + index))
}

const fourColumns = (rows: number, seed: number) => floatInput('x', [rows, 4], seeded(rows * 4, seed))

/** Every datatype, with values at the ends of its range, for `datatypes.onnx`. */
function everyDatatype(rows: number): Map<string, Tensor> {
  const shape = [rows, 2]
  const tensors: readonly Tensor[] = [
    { datatype: 'BOOL', shape, data: Uint8Array.from(pair(rows, 0, 1)) },
    { datatype: 'UINT8', shape, data: Uint8Array.from(pair(rows, 0, 255)) },
    { datatype: 'UINT16', shape, data: Uint16Array.from(pair(rows, 0, 65_535)) },
    { datatype: 'UINT32', shape, data: Uint32Array.from(pair(rows, 0, 4_294_967_295)) },
    { datatype: 'UINT64', shape, data: BigUint64Array.from(pair(rows, 0n, 2n ** 64n - 1n)) },
    { datatype: 'INT8', shape, data: Int8Array.from(pair(rows, -128, 127)) },
    { datatype: 'INT16', shape, data: Int16Array.from(pair(rows, -32_768, 32_767)) },
    { datatype: 'INT32', shape, data: Int32Array.from(pair(rows, -(2 ** 31), 2 ** 31 - 1)) },
    { datatype: 'INT64', shape, data: BigInt64Array.from(pair(rows, -(2n ** 63n), 2n ** 63n - 1n)) },
    { datatype: 'FP16', shape, data: Uint16Array.from(pair(rows, 0x3c00, 0x8001)) },
    { datatype: 'FP32', shape, data: Float32Array.from(pair(rows, -0, Number.NaN)) },
    { datatype: 'FP64', shape, data: Float64Array.from(pair(rows, Number.MIN_VALUE, -Infinity)) },
    { datatype: 'BYTES', shape, data: pair(rows, 'größer 𝄞', '') },
  ]
  return new Map(tensors.map((tensor) => [`${tensor.datatype}_in`, tensor]))
}

function pair<T>(rows: number, even: T, odd: T): T[] {
  return Array.from({ length: rows * 2 }, (_, index) => (index % 2 === 0 ? even : odd))
}

function severalInputs(rows: number, seed: number): TensorMap {
  const counts = seeded(rows, seed).map((value) => BigInt(Math.trunc(value * 100)))
  return new Map<string, Tensor>([
    ['x', { datatype: 'FP32', shape: [rows, 2], data: Float32Array.from(seeded(rows * 2, seed)) }],
    ['count', { datatype: 'INT64', shape: [rows], data: BigInt64Array.from(counts) }],
    ['text', { datatype: 'BYTES', shape: [rows, 1], data: Array<string>(rows).fill('größer') }],
  ])
}

describePredictor('An ONNX model', { open: open('softmax'), inputs: fourColumns })
describePredictor('An ONNX model of every datatype', { open: open('datatypes'), inputs: everyDatatype })
describePredictor('An ONNX model of several inputs', { open: open('several-inputs'), inputs: severalInputs })
describePredictor('An ONNX model of vectors', {
  open: open('one-dimension'),
  inputs: (rows, seed) => floatInput('x', [rows], seeded(rows, seed)),
})
describePredictor('An ONNX model of two rows', { open: open('fixed-batch'), inputs: fourColumns })
describePredictor('An ONNX model with external data', { open: open('external/model'), inputs: fourColumns })
describePredictor('A classifier with ZipMap', { open: open('zipmap-twice'), inputs: fourColumns })
describePredictor(
  'An ONNX model of any rank',
  { open: open('unranked'), inputs: fourColumns },
  { rank: 'any number of dimensions is taken' },
)

async function using<T>(name: string, work: (predictor: Predictor) => Promise<T>): Promise<T> {
  const predictor = await loadFile(modelPath(name))
  try {
    return await work(predictor)
  } finally {
    await predictor.close()
  }
}

describe('An ONNX model', () => {
  test('computes', async () => {
    const x = floatInput('x', [1, 4], [1, 2, 3, 4])
    const y = (await using('softmax', (predictor) => predictor.predict(x))).get('y')
    expect(y?.shape).toEqual([1, 3])
    // softmax([7, 8, 9]) = (e^-2, e^-1, 1) / (e^-2 + e^-1 + 1)
    const expected = [0.09003057, 0.24472847, 0.66524096]
    for (const [index, value] of expected.entries()) expect(y?.data[index]).toBeCloseTo(value, 6)
  })

  test('passes every datatype through bit by bit', async () => {
    const inputs = everyDatatype(2)
    const outputs = await using('datatypes', (predictor) => predictor.predict(inputs))
    for (const [name, tensor] of inputs) {
      expect(outputs.get(name.replace('_in', '_out')), name).toEqual(tensor)
    }
  })

  test('refuses text with a NUL, which onnxruntime-node would cut there', async () => {
    const inputs = new Map(everyDatatype(2))
    const [name] = [...inputs].find(([, { datatype }]) => datatype === 'BYTES')!
    inputs.set(name, { ...inputs.get(name)!, data: ['a', 'b\0c'] } as Tensor)
    await expect(using('datatypes', (predictor) => predictor.predict(inputs))).rejects.toMatchObject({
      code: 'BAD_REQUEST',
      message: expect.stringContaining('NUL character'),
    })
  })

  test('computes from inputs of several datatypes', async () => {
    const inputs = new Map<string, Tensor>([
      ['text', { datatype: 'BYTES', shape: [2, 1], data: ['größer', 'red'] }],
      ['count', { datatype: 'INT64', shape: [2], data: BigInt64Array.of(10n, -20n) }],
      ['x', { datatype: 'FP32', shape: [2, 2], data: Float32Array.of(1, 2, 3, 4) }],
    ])
    const outputs = await using('several-inputs', (predictor) => predictor.predict(inputs))
    expect(outputs.get('sum')?.data).toEqual(Float32Array.of(13, -13))
    expect(outputs.get('code')?.data).toEqual(BigInt64Array.of(9n, 7n))
    expect(outputs.get('same_text')?.data).toEqual(['größer', 'red'])
  })

  test('states free and fixed dimensions, and whether rows can be joined', async () => {
    const facts = async (name: string) =>
      using(name, async ({ inputs, outputs, batchable, maxBatchRows }) => ({
        inputs: inputs.map(({ shape }) => shape),
        outputs: outputs.map(({ shape }) => shape),
        batchable,
        maxBatchRows,
      }))
    const free = { batchable: true, maxBatchRows: Number.POSITIVE_INFINITY }
    expect(await facts('softmax')).toEqual({ inputs: [[-1, 4]], outputs: [[-1, 3]], ...free })
    expect(await facts('one-dimension')).toEqual({ inputs: [[-1]], outputs: [[-1]], ...free })
    expect(await facts('weights-as-input')).toEqual({ inputs: [[-1, 4]], outputs: [[-1, 3]], ...free })
    expect(await facts('fixed-batch')).toEqual({
      inputs: [[2, 4]],
      outputs: [[2, 3]],
      batchable: false,
      maxBatchRows: 2,
    })
    expect(await facts('loop')).toMatchObject({ inputs: [[], [-1]], batchable: false })
  })

  test('says which inputs and outputs may have any rank', async () => {
    await using('unranked', async ({ inputs, outputs, batchable }) => {
      expect(inputs).toEqual([{ name: 'x', datatype: 'FP32', shape: [], unranked: true }])
      expect(outputs).toEqual([{ name: 'y', datatype: 'FP32', shape: [], unranked: true }])
      expect(batchable).toBe(false)
    })
  })

  test('takes scalars', async () => {
    const inputs = new Map<string, Tensor>([
      ['turns', { datatype: 'INT64', shape: [], data: BigInt64Array.of(3n) }],
      ['x', { datatype: 'FP32', shape: [2], data: Float32Array.of(1, -2) }],
    ])
    const outputs = await using('loop', (predictor) => predictor.predict(inputs))
    expect(outputs.get('y')?.data).toEqual(Float32Array.of(8, -16))
  })

  test.each(['lstm', 'gru', 'rnn'])('answers no rows with no rows for a model with %s', async (name) => {
    await using(name, async (predictor) => {
      const outputs = await predictor.predict(floatInput('x', [0, 3], []))
      expect(outputs.get('y')).toEqual({ datatype: 'FP32', shape: [0, 2], data: new Float32Array(0) })
      expect((await predictor.predict(floatInput('x', [1, 3], [1, 2, 3]))).get('y')?.shape).toEqual([1, 2])
    })
  })

  test('takes inputs in shared memory', async () => {
    const data = new Float32Array(new SharedArrayBuffer(16))
    data.set([1, 2, 3, 4])
    const inputs = new Map<string, Tensor>([['x', { datatype: 'FP32', shape: [1, 4], data }]])
    await using('softmax', async (predictor) => {
      expect(await predictor.predict(inputs)).toEqual(
        await predictor.predict(floatInput('x', [1, 4], [1, 2, 3, 4])),
      )
    })
  })

  test("reports the engine's error in MLflow's words and its own", async () => {
    await using('gather', async (predictor) => {
      const index = (value: bigint): TensorMap =>
        new Map([['index', { datatype: 'INT64', shape: [1], data: BigInt64Array.of(value) }]])
      await expect(predictor.predict(index(7n))).rejects.toMatchObject({
        code: 'BAD_REQUEST',
        errorClass: 'INVALID_PARAMETER_VALUE',
        message: expect.stringMatching(
          /^Encountered an unexpected error while evaluating the model\. Verify that the serialized input Dataframe is compatible with the model for inference\. .*indices element out of data bounds/s,
        ),
      })
      expect((await predictor.predict(index(1n))).get('y')?.data).toEqual(Float32Array.of(20))
    })
  })

  test('reports a wrong fixed dimension', async () => {
    const wide = floatInput('x', [1, 5], [1, 2, 3, 4, 5])
    const refused = using('softmax', (predictor) => predictor.predict(wide))
    await expect(refused).rejects.toMatchObject({
      code: 'BAD_REQUEST',
      message: expect.stringContaining('index: 1 Got: 5 Expected: 4'),
    })
  })

  test.each(['FP32', 'FP16', 'BYTES'] as const)(
    'refuses fewer %s values than the shape says',
    async (datatype) => {
      const inputs = everyDatatype(2)
      const name = `${datatype}_in`
      inputs.set(name, { ...inputs.get(name)!, shape: [1_000, 2] })
      const refused = using('datatypes', (predictor) => predictor.predict(inputs))
      await expect(refused).rejects.toMatchObject({ code: 'BAD_REQUEST' })
    },
  )

  test('counts the time of its own run only, where several wait', async () => {
    await using('softmax', async (predictor) => {
      const rows = fourColumns(20_000, 1)
      const timings = Array.from({ length: 4 }, newTiming)
      const start = performance.now()
      await Promise.all(timings.map((timing) => predictor.predict(rows, { timing })))
      const total = performance.now() - start
      expect(timings.reduce((sum, timing) => sum + timing.compute, 0)).toBeLessThanOrEqual(total)
    })
  })
})
