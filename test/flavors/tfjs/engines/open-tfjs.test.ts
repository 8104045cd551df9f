import { engine } from '@tensorflow/tfjs-core'
import { describe, expect, test } from 'vitest'
import type { Tensor, TensorMap } from '../../../../src/core/tensor.ts'
import { MissingKernel } from '../../../../src/flavors/tfjs/engines/missing-kernel.ts'
import { openTfjs, type TfjsPredictor } from '../../../../src/flavors/tfjs/engines/open-tfjs.ts'
import {
  BARE_GRAPH,
  BOXES,
  CONVOLUTION,
  ENGINE_MODELS,
  type EngineModel,
  floats,
  GRAPH,
  LOOKUP,
  MIXING,
  STATEFUL,
  TWO_BY_TWO,
  texts,
  WHERE,
  WHILE_LOOP,
  WORDS,
} from './support/engine-models.ts'
import {
  DEAD_BRANCH,
  EINSUM,
  FAILING_LOOP,
  NESTED_RECURRENT,
  PARTICULAR,
  SIGN_OF_TRUTH,
} from './support/odd-models.ts'
import { artifactsOf } from './support/open-engine-model.ts'

const BACKENDS = ['wasm', 'cpu'] as const

async function using<T>(
  model: EngineModel,
  backend: 'wasm' | 'cpu',
  work: (predictor: TfjsPredictor) => T | Promise<T>,
): Promise<T> {
  const predictor = await openTfjs(await artifactsOf(model), backend)
  try {
    return await work(predictor)
  } finally {
    await predictor.close()
  }
}

const valuesOf = (outputs: TensorMap, name: string) => Array.from(outputs.get(name)!.data, Number)
const one = (name: string, tensor: Tensor): TensorMap => new Map([[name, tensor]])

describe.each(BACKENDS)('a model in TF.js, %s,', (backend) => {
  test.each(ENGINE_MODELS)('says whether its rows may be batched: $name', (model) =>
    using(model, backend, ({ batchable, maxBatchRows }) => {
      expect(batchable).toBe(model.batchable)
      expect(maxBatchRows).toBe(Number.POSITIVE_INFINITY)
    }),
  )

  test.each(ENGINE_MODELS)(
    'holds as many tensors after 300 requests, refused ones among them: $name',
    (model) =>
      using(model, backend, async (predictor) => {
        const [first] = predictor.inputs
        await predictor.predict(model.inputs(2, 0))
        const before = predictor.memory()
        for (let seed = 1; seed <= 300; seed += 1) {
          await predictor.predict(model.inputs(1 + (seed % 3), seed))
          if (seed % 10 > 0) continue
          const bad = new Map([...model.inputs(2, seed), [first!.name, floats([1, 1, 1, 1, 1, 1], seed)]])
          await expect(predictor.predict(bad)).rejects.toMatchObject({ code: 'BAD_REQUEST' })
        }
        const { tensors, bytes } = predictor.memory()
        expect(tensors).toBe(before.tensors)
        if (model !== LOOKUP) expect(bytes).toBe(before.bytes)
      }),
  )

  test('gives back all tensors when it is closed', async () => {
    const artifacts = await Promise.all(ENGINE_MODELS.map(artifactsOf))
    const before = engine().memory().numTensors
    for (const each of artifacts) await (await openTfjs(each, backend)).close()
    expect(engine().memory().numTensors).toBe(before)
  })

  test('has the names and types of its signature', () =>
    using(GRAPH, backend, async (predictor) => {
      expect(predictor.inputs).toMatchObject([{ name: 'features', datatype: 'FP32', shape: [-1, 4] }])
      expect(predictor.outputs).toMatchObject([
        { name: 'label', datatype: 'INT32', shape: [-1] },
        { name: 'shares', datatype: 'FP32', shape: [-1, 3] },
      ])
    }))

  test('has the names of its nodes where there is no signature', () =>
    using(BARE_GRAPH, backend, async (predictor) => {
      expect(predictor.outputs.map(({ name }) => name)).toEqual(['low', 'high'])
      const outputs = await predictor.predict(
        one('x', { datatype: 'FP32', shape: [1, 4], data: Float32Array.of(1, 2, -3, 4) }),
      )
      expect(valuesOf(outputs, 'low')).toEqual([-1, -2])
      expect(outputs.get('high')).toMatchObject({
        datatype: 'BOOL',
        shape: [1, 2],
        data: Uint8Array.of(0, 1),
      })
    }))

  test('runs loops', () =>
    using(WHILE_LOOP, backend, async (predictor) => {
      const x = one('x', { datatype: 'FP32', shape: [1, 3], data: Float32Array.of(1, -2, 0.5) })
      expect(valuesOf(await predictor.predict(x), 'y')).toEqual([32, -64, 16])
    }))

  test('gives outputs as long as their values say', () =>
    using(WHERE, backend, async (predictor) => {
      const x = one('x', { datatype: 'FP32', shape: [4], data: Float32Array.of(-1, 2, -3, 4) })
      expect(valuesOf(await predictor.predict(x), 'picked')).toEqual([2, 4])
    }))

  test('suppresses boxes', () =>
    using(BOXES, backend, async (predictor) => {
      const boxes = Float32Array.of(0, 0, 1, 1, 0, 0, 1, 0.9, 5, 5, 6, 6)
      const outputs = await predictor.predict(
        new Map<string, Tensor>([
          ['boxes', { datatype: 'FP32', shape: [3, 4], data: boxes }],
          ['scores', { datatype: 'FP32', shape: [3], data: Float32Array.of(0.5, 0.9, 0.1) }],
        ]),
      )
      expect(outputs.get('best')).toMatchObject({ shape: [2, 4] })
    }))

  test('looks texts up in the table that it brings, and gives texts back', () =>
    using(LOOKUP, backend, async (predictor) => {
      const text = ['蓝', 'mauve', 'red', '']
      const outputs = await predictor.predict(one('text', texts([4], text, 0)))
      expect(valuesOf(outputs, 'index')).toEqual([30, -1, 10, -1])
      expect(outputs.get('text')).toEqual({ datatype: 'BYTES', shape: [4], data: text })
    }))

  test('answers many rows as it answers each', () =>
    using(CONVOLUTION, backend, async (predictor) => {
      const together = await predictor.predict(CONVOLUTION.inputs(1_500, 3))
      expect([...together.values()][0]?.shape).toEqual([1_500, 3])
      const { data } = CONVOLUTION.inputs(1_500, 3).get('image_input')!
      for (const row of [0, 1_023, 1_024, 1_499]) {
        const alone = (data as Float32Array).slice(row * 128, (row + 1) * 128)
        const answer = await predictor.predict(
          one('image_input', { datatype: 'FP32', shape: [1, 8, 8, 2], data: alone }),
        )
        const [name] = answer.keys()
        const expected = valuesOf(answer, name!)
        valuesOf(together, name!)
          .slice(row * 3, row * 3 + 3)
          .forEach((value, index) => void expect(value).toBeCloseTo(expected[index]!, 5))
      }
    }))

  test('runs rows that touch each other in one run', () =>
    using(MIXING, backend, async (predictor) => {
      const x = one('x', { datatype: 'FP32', shape: [2, 2], data: Float32Array.of(1, 2, 3, 6) })
      expect(valuesOf(await predictor.predict(x), 'centred')).toEqual([-1, -2, 1, 2])
    }))

  test('forgets the states of its layers from one request to the next', () =>
    using(STATEFUL, backend, async (predictor) => {
      expect(predictor.maxBatchRows).toBe(2)
      const first = await predictor.predict(STATEFUL.inputs(2, 1))
      expect(await predictor.predict(STATEFUL.inputs(2, 1))).toEqual(first)
    }))

  test('loads models within models as they were trained', () =>
    using(NESTED_RECURRENT, backend, async (predictor) => {
      const [output] = (await predictor.predict(NESTED_RECURRENT.inputs(2, 1))).values()
      expect(output?.shape).toEqual([2, 3])
    }))

  test('refuses inputs of another size, with both sizes', () =>
    using(CONVOLUTION, backend, async (predictor) => {
      await expect(predictor.predict(one('image_input', floats([1, 8, 9, 2], 1)))).rejects.toMatchObject({
        code: 'BAD_REQUEST',
        details: { reason: "Input 'image_input' has the shape (1, 8, 9, 2); the model takes (-1, 8, 8, 2)." },
      })
    }))

  test('refuses inputs of different numbers of rows', () =>
    using(TWO_BY_TWO, backend, async (predictor) => {
      const inputs = new Map(TWO_BY_TWO.inputs(2, 1)).set('right', floats([3, 3], 1))
      await expect(predictor.predict(inputs)).rejects.toMatchObject({
        details: { reason: "Input 'right' has 3 rows, and 'left' has 2." },
      })
    }))

  test('refuses what TF.js refuses, in its words', () =>
    using(WORDS, backend, async (predictor) => {
      const beyond = one('word_input', { datatype: 'FP32', shape: [1, 1], data: Float32Array.of(11) })
      await expect(predictor.predict(beyond)).rejects.toMatchObject({
        code: 'BAD_REQUEST',
        details: { reason: 'GatherV2: the index value 11 is not in [0, 10]' },
      })
    }))

  test('is refused where TF.js can answer nothing at all, with the reason', async () => {
    await expect(
      artifactsOf(DEAD_BRANCH).then((artifacts) => openTfjs(artifacts, backend)),
    ).rejects.toMatchObject({
      code: 'INVALID_PARAMETER_VALUE',
      message: expect.stringMatching(/cannot run it: Cannot compute the outputs \[y\]/),
    })
  })

  test('is served where inputs for it cannot be made up, and says so', () =>
    using(PARTICULAR, backend, async (predictor) => {
      expect(predictor.refusal).toContain('7,11')
      const outputs = await predictor.predict(PARTICULAR.inputs(1, 1))
      expect(outputs.get('rows')?.shape).toEqual([7, 11])
    }))

  test('leaves nothing of a run that fails on its way', () =>
    using(FAILING_LOOP, backend, async (predictor) => {
      const good = () => predictor.predict(FAILING_LOOP.inputs(2, 1))
      await good()
      const before = predictor.memory()
      for (let turn = 0; turn < 20; turn += 1) {
        const bad = one('index', { datatype: 'INT32', shape: [1], data: Int32Array.of(99) })
        await expect(predictor.predict(bad)).rejects.toMatchObject({ code: 'BAD_REQUEST' })
        await good()
      }
      expect(predictor.memory()).toEqual(before)
    }))
})

describe('the backends of TF.js', () => {
  test.each(ENGINE_MODELS)('agree: $name', async (model) => {
    const [wasm, cpu] = await Promise.all(
      BACKENDS.map((backend) => using(model, backend, (predictor) => predictor.predict(model.inputs(3, 4)))),
    )
    for (const [name, { shape, data }] of wasm!) {
      const other = cpu!.get(name)!
      expect(other.shape).toEqual(shape)
      for (const [index, value] of [...data].entries()) {
        if (typeof value === 'string') expect(other.data[index]).toBe(value)
        else expect(other.data[index]).toBeCloseTo(Number(value), 5)
      }
    }
  })

  test('that lack an operation say which, when the model is opened', async () => {
    const opening = openTfjs(await artifactsOf(EINSUM), 'wasm')
    await expect(opening).rejects.toThrow(MissingKernel)
    await expect(opening).rejects.toMatchObject({ kernel: 'Einsum', backend: 'wasm' })
    await using(EINSUM, 'cpu', async (predictor) => {
      expect(await predictor.predict(EINSUM.inputs(2, 1))).toHaveProperty('size', 1)
    })
  })

  test('never answer what WebAssembly left as it was: an operation without code for a type is missing', async () => {
    await expect(openTfjs(await artifactsOf(SIGN_OF_TRUTH), 'wasm')).rejects.toThrow(MissingKernel)
    await using(SIGN_OF_TRUTH, 'cpu', async (predictor) => {
      const x = one('x', { datatype: 'BOOL', shape: [3], data: Uint8Array.of(0, 1, 1) })
      expect(valuesOf(await predictor.predict(x), 'y')).toEqual([0, 1, 1])
    })
  })

  test('leave the process to decide what happens to errors that nobody catches', async () => {
    await using(GRAPH, 'wasm', () => {})
    for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
      for (const listener of process.rawListeners(event)) expect(`${listener}`).not.toContain('ExitStatus')
    }
  })

  test('that never give memory back take no more than they have room for where sizes are open', () =>
    using(WORDS, 'wasm', async (predictor) => {
      const long = one('word_input', {
        datatype: 'FP32',
        shape: [1, 4_194_305],
        data: new Float32Array(4_194_305),
      })
      await expect(predictor.predict(long)).rejects.toMatchObject({
        details: { reason: 'The inputs take 17 MiB; this engine takes 16 MiB at once.' },
      })
    }))
})
