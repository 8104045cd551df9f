import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Tensor } from '../../../src/core/tensor.ts'
import type { WantedOutput } from '../../../src/protocols/open-inference/given-request.ts'
import type { InferReply } from '../../../src/protocols/open-inference/open-inference-codec.ts'
import { anyTensors } from './any-tensor.ts'
import { codecOf } from './codecs.ts'

/** A codec whose model gives what it takes. */
function echo(tensors: readonly Tensor[]) {
  const ports = tensors.map(({ datatype, shape }, i) => ({ name: `t${i}`, datatype, shape }))
  return {
    codec: codecOf(ports, { outputs: ports }),
    outputs: new Map(tensors.map((tensor, i) => [`t${i}`, tensor])),
  }
}

const names = (count: number, binary: readonly boolean[]): WantedOutput[] =>
  Array.from({ length: count }, (_, i) => ({ name: `t${i}`, binary: binary[i % binary.length]!, classes: 0 }))

/** A reply is a request when its outputs are called inputs. */
function asRequest({ body, headerLength }: InferReply, offset: number) {
  const octets = typeof body === 'string' ? Buffer.from(body) : Buffer.from(body)
  const length = headerLength ?? octets.length
  const json = Buffer.from(octets.toString('utf8', 0, length).replace('"outputs":[', '"inputs":['))
  const whole = Buffer.concat([Buffer.alloc(offset), json, octets.subarray(length)])
  return { body: whole.subarray(offset), headerLength: headerLength === undefined ? undefined : json.length }
}

const anyForm = fc.array(fc.boolean(), { minLength: 1, maxLength: 4 })
const anyOffset = fc.integer({ min: 0, max: 8 })

describe('what is written', () => {
  test('is read as the same, JSON and binary, wherever it lies', () => {
    fc.assert(
      fc.property(anyTensors, anyForm, anyOffset, (tensors, binary, offset) => {
        const { codec, outputs } = echo(tensors)
        const form = { id: undefined, outputs: names(tensors.length, binary), binaryOutputs: false }
        const { body, headerLength } = asRequest(codec.encode(outputs, form), offset)
        expect([...codec.decode(body, headerLength).request.inputs.values()]).toEqual(tensors)
      }),
      { numRuns: 500 },
    )
  })

  test('is read as the same when it is nested', () => {
    fc.assert(
      fc.property(anyTensors, (tensors) => {
        const { codec, outputs } = echo(tensors)
        const { body } = codec.encode(outputs, { id: undefined, outputs: [], binaryOutputs: false })
        const nested = (body as string)
          .replace('"outputs":[', '"inputs":[')
          .replace(
            /"shape":(\[[^\]]*\]),"data":(\[(?:"(?:[^"\\]|\\.)*"|[^\]"])*\])/g,
            (_, shape: string, data: string) => {
              return `"shape":${shape},"data":${nestedText(elementsOf(data), JSON.parse(shape))}`
            },
          )
        const { request } = codec.decode(Buffer.from(nested), undefined)
        expect([...request.inputs.values()]).toEqual(tensors)
      }),
      { numRuns: 300 },
    )
  })
})

function elementsOf(list: string): string[] {
  return list.slice(1, -1).match(/"(?:[^"\\]|\\.)*"|[^,]+/g) ?? []
}

function nestedText(elements: readonly string[], [length, ...inner]: readonly number[]): string {
  if (length === undefined) return elements[0]!
  const size = inner.reduce((product, dim) => product * dim, 1)
  const items = Array.from({ length }, (_, i) => nestedText(elements.slice(i * size, (i + 1) * size), inner))
  return `[${items.join()}]`
}
