import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ServingError } from '../../../src/core/errors.ts'
import { compileV1Codec, type V1Codec, type V1CodecInit } from '../../../src/protocols/v1/compile-v1-codec.ts'
import type { ColSpec, ModelSignature } from '../../../src/signature/model-signature.ts'
import { members } from '../mlflow-scoring/fast/fast-bodies.ts'

const x = { name: 'x', datatype: 'FP32', shape: [-1, 2] } as const

function columns(types: readonly ColSpec['type'][]): ModelSignature {
  const named = types.map((type, i) => ({ name: 'abc'[i], type, required: true }))
  return {
    ...{ inputs: { kind: 'columns', columns: named }, outputs: undefined, params: undefined },
    fromTypeHint: false,
  }
}

function tensor(dtype: string, name: string | undefined): ModelSignature {
  const inputs = { kind: 'tensors', tensors: [{ name, dtype, shape: [-1, 2] }] } as const
  return { inputs, outputs: undefined, params: undefined, fromTypeHint: false }
}

const models: Readonly<Record<string, V1CodecInit>> = {
  'no signature': { signature: undefined, inputs: [x], outputs: [] },
  'columns, by their names or as its own tensor': {
    ...{ signature: columns(['double', 'long']), inputs: [x], outputs: [] },
  },
  'an unnamed tensor': { signature: tensor('float64', undefined), inputs: [x], outputs: [] },
  'a tensor of another name than its own': { signature: tensor('float32', 'a'), inputs: [x], outputs: [] },
  'two inputs': {
    signature: undefined,
    inputs: [
      { name: 'a', datatype: 'INT32', shape: [-1] },
      { name: 'b', datatype: 'FP32', shape: [-1, 1] },
    ],
    outputs: [],
  },
}

function outcome(codec: V1Codec, text: string): unknown {
  try {
    const { request, form } = codec.decode(Buffer.from(text))
    return { form, inputs: [...request.inputs] }
  } catch (error) {
    if (error instanceof ServingError) return error.code
    throw error
  }
}

describe.each(Object.entries(models))('V1 for a model with %s', (_, init) => {
  const codec = compileV1Codec(init)

  it('is read alike with a member that scanned bodies do not have', () => {
    fc.assert(
      fc.property(members, (text) => {
        // Twice: of several new skeletons most are not looked at.
        const [first, again] = [outcome(codec, `{${text}}`), outcome(codec, `{${text}}`)]
        const unscanned = outcome(codec, `{"signature_name":"serving_default",${text}}`)
        expect(first).toEqual(unscanned)
        expect(again).toEqual(unscanned)
      }),
      { numRuns: 600 },
    )
  })
})
