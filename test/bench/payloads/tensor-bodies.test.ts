import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  ARRAYS,
  binaryRequest,
  inferMessage,
  openInferenceRequest,
  v1Columns,
  v1Request,
} from '../../../src/bench/payloads/tensor-bodies.ts'
import { type GeneratedTensor, tensorValues } from '../../../src/bench/payloads/tensor-values.ts'
import { seededRandom } from '../../../src/core/seeded-random.ts'
import { DATATYPES, type Datatype, type Tensor, type TensorMap } from '../../../src/core/tensor.ts'
import { decodeInferRequest } from '../../../src/protocols/open-inference/grpc/infer-request.ts'
import { ProtoMessages } from '../../../src/protocols/open-inference/grpc/proto-messages.ts'
import { compileV1Codec } from '../../../src/protocols/v1/compile-v1-codec.ts'
import { codecOf } from '../../protocols/open-inference/codecs.ts'

/** Inputs of a model, their first dimension any number of rows or a number of them. */
const inputsOf = (datatypes: readonly Datatype[]) =>
  fc.uniqueArray(
    fc.record({
      name: fc.stringMatching(/^[a-zA-Zäß][\w .()%/-]{0,12}$/),
      datatype: fc.constantFrom(...datatypes),
      shape: fc
        .tuple(fc.constantFrom(-1, 1, 3), fc.array(fc.constantFrom(-1, 1, 2, 5), { maxLength: 2 }))
        .map(([first, inner]) => [first, ...inner]),
    }),
    { minLength: 1, maxLength: 4, selector: ({ name }) => name },
  )

type Inputs = ReturnType<typeof inputsOf> extends fc.Arbitrary<infer T> ? T : never

function tensorsOf(described: Inputs, seed: number): readonly GeneratedTensor[] {
  const random = seededRandom(seed)
  return described.map(({ datatype, ...input }) =>
    tensorValues({ ...input, elements: { datatype } }, { rows: 3, others: 4 })(random),
  )
}

/** What a model gets, whatever the order of its inputs. */
function valuesOf(tensors: TensorMap): ReadonlyMap<string, Pick<Tensor, 'shape' | 'data'>> {
  return new Map([...tensors].map(([name, { shape, data }]) => [name, { shape: [...shape], data }]))
}

describe('bodies of random inputs', async () => {
  const { requestSerialize } = (await ProtoMessages.load()).method('ModelInfer')

  it('are read by Headrace as the same tensors by JSON, as bytes and by gRPC', () => {
    fc.assert(
      fc.property(inputsOf(DATATYPES), fc.integer(), (described, seed) => {
        const codec = codecOf(described)
        const tensors = tensorsOf(described, seed)
        const json = valuesOf(codec.decode(openInferenceRequest(tensors).body, undefined).request.inputs)
        expect([...json.keys()].toSorted()).toEqual(described.map(({ name }) => name).toSorted())
        const { headers, body } = binaryRequest(tensors)
        const headerLength = Number(headers['inference-header-content-length'])
        expect(valuesOf(codec.decode(body, headerLength).request.inputs)).toEqual(json)
        const message = requestSerialize(inferMessage(tensors, { name: 'm', contentType: ARRAYS }))
        const { given, modelName } = decodeInferRequest(message)
        expect([modelName, valuesOf(codec.bind(given).request.inputs)]).toEqual(['m', json])
      }),
      { numRuns: 200 },
    )
  })

  it('are read by V1 as the same tensors, by rows and whole', () => {
    fc.assert(
      fc.property(inputsOf(DATATYPES), fc.integer(), (described, seed) => {
        const v1 = compileV1Codec({ signature: undefined, inputs: described, outputs: [] })
        const tensors = tensorsOf(described, seed)
        const json = codecOf(described).decode(openInferenceRequest(tensors).body, undefined).request.inputs
        for (const { body } of [v1Request(tensors), v1Columns(tensors)]) {
          expect(valuesOf(v1.decode(body).request.inputs)).toEqual(valuesOf(json))
        }
      }),
      { numRuns: 200 },
    )
  })

  it('differ by their seed alone', () => {
    const described: Inputs = [{ name: 'x', datatype: 'FP32', shape: [-1, 5] }]
    const body = (seed: number) =>
      Buffer.from(openInferenceRequest(tensorsOf(described, seed)).body).toString()
    expect(body(1)).toBe(body(1))
    expect(new Set([1, 2, 3, 4].map(body)).size).toBe(4)
  })
})
