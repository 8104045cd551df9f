import { describe, expect, test } from 'vitest'
import { codecOf, decodeJson, input, unranked } from '../codecs.ts'

const tensor = (name: string, datatype: string, shape: readonly number[], data: readonly unknown[]) => {
  return { name, datatype, shape, data }
}
const two = [input('a', 'FP32', [-1, 2]), input('b', 'INT64', [-1])]
const a = tensor('a', 'FP32', [1, 2], [1, 2])
const b = tensor('b', 'INT64', [1], [3])

describe('inputs by the names of the model', () => {
  test('are handed on in the order of the model', () => {
    const { request } = decodeJson(codecOf(two), { inputs: [b, a] })
    expect([...request.inputs.keys()]).toEqual(['a', 'b'])
  })

  test.each([
    [[a], "Model 'm' takes the inputs 'a', 'b'. The request lacks 'b'."],
    [[], "Model 'm' takes the inputs 'a', 'b'. The request lacks 'a', 'b'."],
    [[a, b, { ...b, name: 'c' }], "Model 'm' takes the inputs 'a', 'b'. It has no input 'c'."],
    [
      [a, { ...b, name: 'c' }],
      "Model 'm' takes the inputs 'a', 'b'. The request lacks 'b'. It has no input 'c'.",
    ],
    [[a, b, a], "Input 'a' is given twice."],
    [
      [a, tensor('b', 'INT32', [1], [3])],
      "Input 'b' of model 'm' has an unexpected datatype: expected INT64, got INT32.",
    ],
    [
      [tensor('a', 'FP32', [1, 3], [1, 2, 3]), b],
      "Input 'a' of model 'm' has an unexpected shape: expected [-1,2], got [1,3].",
    ],
    [
      [tensor('a', 'FP32', [2], [1, 2]), b],
      "Input 'a' of model 'm' has an unexpected shape: expected [-1,2], got [2].",
    ],
  ])('are refused: %j', (inputs, message) => {
    expect(() => decodeJson(codecOf(two), { inputs })).toThrow(
      expect.objectContaining({ code: 'BAD_REQUEST', message }),
    )
  })

  test('have the same number of rows where the model has rows', () => {
    const inputs = [a, tensor('b', 'INT64', [2], [3, 4])]
    expect(decodeJson(codecOf(two), { inputs }).request.inputs.size).toBe(2)
    expect(() => decodeJson(codecOf(two, { batchable: true }), { inputs })).toThrow(
      "The inputs of model 'm' must have the same number of rows: 'b' has 2, the inputs before it have 1.",
    )
  })

  test('have any shape where the model says none', () => {
    const codec = codecOf([unranked('a', 'FP32')])
    expect(decodeJson(codec, { inputs: [a] }).request.inputs.get('a')?.shape).toEqual([1, 2])
    expect(
      decodeJson(codec, { inputs: [tensor('a', 'FP32', [], [1])] }).request.inputs.get('a')?.shape,
    ).toEqual([])
  })

  test('long names are not repeated whole', () => {
    const inputs = [{ ...a, name: 'n'.repeat(4000) }]
    expect(() => decodeJson(codecOf(two), { inputs })).toThrow(/^.{0,400}$/)
  })
})

describe('a flavor that takes any numbers', () => {
  const codec = codecOf([input('x', 'FP32', [-1])], { castsNumbers: true })

  test.each(['FP32', 'FP64', 'INT32', 'INT64', 'UINT8'])('%s', (datatype) => {
    const { request } = decodeJson(codec, { inputs: [tensor('x', datatype, [2], [1, 2])] })
    expect(request.inputs.get('x')).toEqual({ datatype: 'FP32', shape: [2], data: Float32Array.of(1, 2) })
  })

  test.each([
    [tensor('x', 'BYTES', [1], ['a']), 'Unexpected input data type'],
    [tensor('x', 'INT32', [1, 1], [1]), 'Invalid rank for input: x'],
    [tensor('z', 'FP32', [1], [1]), "It has no input 'z'"],
  ])('but not %j', (given, message) => {
    expect(() => decodeJson(codec, { inputs: [given] })).toThrow(message)
  })
})
