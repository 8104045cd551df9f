import { describe, expect, test } from 'vitest'
import type { OutputMetadata } from '../../src/core/predictor.ts'
import type { ColSpec, ModelSignature, ParamSpec, TensorSpec } from '../../src/signature/model-signature.ts'
import { signatureDifference } from '../../src/signature/signature-difference.ts'
import { tensorsDifference } from '../../src/signature/tensors-difference.ts'

const WIDTH: ColSpec = { name: 'width', type: 'double', required: true }
const HEIGHT: ColSpec = { name: 'height', type: 'double', required: true }
const SCALE: ParamSpec = { name: 'scale', type: 'double', default: 1, shape: undefined }
const LIMIT: ParamSpec = { name: 'limit', type: 'long', default: 3, shape: [-1] }
const PIXELS: TensorSpec = { name: undefined, dtype: 'float32', shape: [-1, 8, 8] }

const SIGNATURE: ModelSignature = {
  inputs: { kind: 'columns', columns: [WIDTH, HEIGHT] },
  outputs: { kind: 'columns', columns: [{ name: 'label', type: 'string', required: true }] },
  params: [SCALE, LIMIT],
  fromTypeHint: false,
}

function columns(...specs: ColSpec[]): ModelSignature['inputs'] {
  return { kind: 'columns', columns: specs }
}

function tensors(...specs: TensorSpec[]): ModelSignature['inputs'] {
  return { kind: 'tensors', tensors: specs }
}

function difference(
  a: Partial<ModelSignature> | undefined,
  b: Partial<ModelSignature> | undefined,
  compared: 'inputs' | 'all' = 'all',
): string | undefined {
  return signatureDifference(
    { model: 'a', signature: a && { ...SIGNATURE, ...a } },
    { model: 'b', signature: b && { ...SIGNATURE, ...b } },
    compared,
  )
}

describe('signatures', () => {
  test('that take and give the same do not differ', () => {
    expect(difference({}, {})).toBeUndefined()
    expect(difference(undefined, undefined)).toBeUndefined()
    expect(difference({ params: undefined }, { params: [] })).toBeUndefined()
    expect(difference({ params: [LIMIT, SCALE] }, {})).toBeUndefined()
    expect(difference({ inputs: undefined }, { inputs: undefined })).toBeUndefined()
  })

  test.each<[string, Partial<ModelSignature> | undefined, Partial<ModelSignature> | undefined]>([
    ['only b has a signature', undefined, {}],
    ['only a has a signature', {}, undefined],
    [
      "only b has a signature made of Python's type hints, which takes other requests",
      {},
      { fromTypeHint: true },
    ],
    ['only a says what its inputs are', {}, { inputs: undefined }],
    ['the inputs are columns in a and tensors in b', {}, { inputs: tensors(PIXELS) }],
    ["only a has the input 'height'", {}, { inputs: columns(WIDTH) }],
    ["only b has the input 'height'", { inputs: columns(WIDTH) }, {}],
    ["only a has the input 'width'", {}, { inputs: columns(HEIGHT, { ...WIDTH, name: undefined }) }],
    [
      "the inputs are 'width', 'height' in a and 'height', 'width' in b",
      {},
      { inputs: columns(HEIGHT, WIDTH) },
    ],
    [
      "the input 'width' is double (required) in a and float (required) in b",
      {},
      { inputs: columns({ ...WIDTH, type: 'float' }, HEIGHT) },
    ],
    [
      "the input 'height' is double (required) in a and double (optional) in b",
      {},
      { inputs: columns(WIDTH, { ...HEIGHT, required: false }) },
    ],
    [
      'they have not equally many inputs',
      { inputs: columns({ ...WIDTH, name: undefined }) },
      { inputs: columns({ ...WIDTH, name: undefined }, { ...HEIGHT, name: undefined }) },
    ],
    [
      'the input 1 is a tensor of float32 (-1, 8, 8) in a and a tensor of float32 (-1, 64) in b',
      { inputs: tensors(PIXELS) },
      { inputs: tensors({ ...PIXELS, shape: [-1, 64] }) },
    ],
    ["only a has the param 'limit'", {}, { params: [SCALE] }],
    [
      "the param 'limit' is long, a list, by default 3 in a and long, by default 3 in b",
      {},
      { params: [SCALE, { ...LIMIT, shape: undefined }] },
    ],
    [
      "the param 'scale' is double, by default 1 in a and double, by default 2 in b",
      {},
      { params: [{ ...SCALE, default: 2 }, LIMIT] },
    ],
    [
      "only b has the output 'score'",
      {},
      { outputs: columns({ ...WIDTH, name: 'label' }, { ...WIDTH, name: 'score' }) },
    ],
  ])('differ: %s', (sentence, a, b) => {
    expect(difference(a, b)).toBe(sentence)
  })

  test('of which only the inputs count may have any outputs, and no other params', () => {
    expect(difference({}, { outputs: undefined }, 'inputs')).toBeUndefined()
    expect(difference({}, { params: [] }, 'inputs')).toBe("only a has the param 'limit'")
  })
})

describe('tensors', () => {
  const input: OutputMetadata = { name: 'X', datatype: 'FP32', shape: [-1, 4] }
  const label: OutputMetadata = { name: 'label', datatype: 'BYTES', shape: [-1] }
  const odds: OutputMetadata = { name: 'odds', datatype: 'FP32', shape: [-1, 2], classLabels: ['no', 'yes'] }
  const ports = { inputs: [input], outputs: [label, odds] }
  const differ = (other: Partial<typeof ports>, compared: 'inputs' | 'all' = 'all') =>
    tensorsDifference({ model: 'a', ports }, { model: 'b', ports: { ...ports, ...other } }, compared)

  test('that are equal do not differ, nor where one file leaves a size of an output open', () => {
    expect(differ({})).toBeUndefined()
    expect(differ({ outputs: [label, { ...odds, shape: [-1, -1] }] })).toBeUndefined()
    expect(differ({ outputs: [label, { ...odds, shape: [], unranked: true }] })).toBeUndefined()
  })

  test.each<[string, Partial<typeof ports>]>([
    ["only a has the input tensor 'X'", { inputs: [{ ...input, name: 'input' }] }],
    [
      "the input tensor 'X' is FP32 (-1, 4) in a and FP64 (-1, 4) in b",
      { inputs: [{ ...input, datatype: 'FP64' }] },
    ],
    [
      "the input tensor 'X' is FP32 (-1, 4) in a and FP32 (1, 4) in b",
      { inputs: [{ ...input, shape: [1, 4] }] },
    ],
    [
      "the input tensor 'X' is FP32 (-1, 4) in a and FP32 of any shape in b",
      { inputs: [{ ...input, shape: [], unranked: true }] },
    ],
    ["the output tensors are 'label', 'odds' in a and 'odds', 'label' in b", { outputs: [odds, label] }],
    [
      "the output tensor 'odds' is FP32 (-1, 2), for the classes no, yes in a and FP32 (-1, 2), for the classes 0, 1 in b",
      { outputs: [label, { ...odds, classLabels: [0n, 1n] }] },
    ],
    [
      "the output tensor 'label' is BYTES (-1,) in a and BYTES (-1, 1) in b",
      { outputs: [{ ...label, shape: [-1, 1] }, odds] },
    ],
  ])('differ: %s', (sentence, other) => {
    expect(differ(other)).toBe(sentence)
  })

  test('of which only the inputs count may have any outputs', () => {
    expect(differ({ outputs: [] }, 'inputs')).toBeUndefined()
    expect(differ({ inputs: [] }, 'inputs')).toBe("only a has the input tensor 'X'")
  })
})
