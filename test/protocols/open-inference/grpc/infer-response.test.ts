import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { binaryData } from '../../../../src/protocols/open-inference/binary-tensor.ts'
import { encodeInferReply } from '../../../../src/protocols/open-inference/grpc/infer-response.ts'
import { decodeReply, ModelInferResponse } from './messages.ts'
import { anyTensor, contentsFieldOf, contentsValues } from './tensors.ts'

const text = fc.string({ unit: 'grapheme', maxLength: 200 })
const reply = fc.record({
  modelName: text,
  modelVersion: text,
  id: text,
  outputs: fc.array(fc.record({ name: text, tensor: anyTensor(), binary: fc.constant(true) }), {
    maxLength: 4,
  }),
})

describe('a ModelInferResponse', () => {
  test('is read by another implementation, with raw contents', () => {
    fc.assert(
      fc.property(reply, fc.nat(9), (written, room) => {
        const read = decodeReply(encodeInferReply({ ...written, raw: true }, room).subarray(room))
        const { modelName = '', modelVersion = '', id = '' } = read
        expect({ modelName, modelVersion, id, outputs: read['outputs'] }).toEqual({
          modelName: written.modelName,
          modelVersion: written.modelVersion,
          id: written.id,
          outputs: written.outputs.map(({ name, tensor: { datatype, shape } }) => ({
            name,
            datatype,
            shape: shape.map(String),
          })),
        })
        expect((read['rawOutputContents'] as Uint8Array[]).map((raw) => [...raw])).toEqual(
          written.outputs.map(({ tensor }) => [...binaryData(tensor)]),
        )
      }),
    )
  })

  test('is read by another implementation, with typed contents', () => {
    const typed = anyTensor().filter(({ datatype }) => datatype !== 'FP16')
    fc.assert(
      fc.property(typed, (tensor) => {
        const output = { name: 'y', tensor, binary: true }
        const bytes = encodeInferReply({
          modelName: 'm',
          modelVersion: '1',
          id: '',
          outputs: [output],
          raw: false,
        })
        const written = ModelInferResponse.decode(bytes)
        const { contents } = (
          ModelInferResponse.toObject(written, { longs: String, arrays: true }) as {
            outputs: [{ contents: Record<string, unknown[]> }]
          }
        ).outputs[0]
        expect(contents[contentsFieldOf(tensor.datatype)]!.map(plain)).toEqual(
          contentsValues(tensor).map(plain),
        )
        for (const [field, values] of Object.entries(contents))
          if (field !== contentsFieldOf(tensor.datatype)) expect(values).toEqual([])
      }),
    )
  })

  test('has raw contents throughout where one of its tensors has no other', () => {
    const outputs = [
      { name: 'a', tensor: { datatype: 'FP32', shape: [1], data: Float32Array.of(1) }, binary: true },
      { name: 'b', tensor: { datatype: 'FP16', shape: [1], data: Uint16Array.of(0x3c00) }, binary: true },
    ] as const
    const read = decodeReply(
      encodeInferReply({ modelName: 'm', modelVersion: '', id: '', outputs, raw: false }),
    )
    expect(read['rawOutputContents']).toEqual([Buffer.of(0, 0, 0x80, 0x3f), Buffer.of(0, 0x3c)])
  })

  test('says in a stream whether it is the last', () => {
    for (const final of [true, false]) {
      const read = decodeReply(
        encodeInferReply({ modelName: 'm', modelVersion: '', id: '', outputs: [], raw: true, final }),
      )
      expect(read['parameters']).toEqual({ triton_final_response: { boolParam: final } })
    }
  })
})

function plain(value: unknown): unknown {
  return value instanceof Uint8Array ? Buffer.from(value).toString('hex') : value
}
