import { describe, expect, test } from 'vitest'
import { compareOutputs } from '../../../src/rollout/comparison/compare-outputs.ts'
import { differenceExample, LARGEST_EXAMPLE } from '../../../src/rollout/comparison/difference-example.ts'
import { fp32, int64, tensors, text } from './tensors.ts'

const TOLERANCE = { relativeTolerance: 1e-3, absoluteTolerance: 1e-5 }

function example(parts: Omit<Parameters<typeof differenceExample>[0], 'differences'>): string {
  return differenceExample({ ...parts, differences: compareOutputs(parts.control, parts.other, TOLERANCE) })
}

const IRIS = {
  inputs: tensors({ name: text(['Ada', 'Grace'], [2, 1]), width: fp32([1.5, 2.5], [2, 1]) }),
  control: tensors({ label: int64([0n, 1n]), scores: fp32([0.75, 0.25, 0.5, 0.5], [2, 2]) }),
  other: tensors({ label: int64([0n, 2n]), scores: fp32([0.75, 0.25, 0, Number.NaN], [2, 2]) }),
}

describe('an example', () => {
  test('shows the row with the largest difference, in the outputs of both, and no values of inputs', () => {
    const shown = JSON.parse(example({ ...IRIS, keepsInputs: false }))
    expect(shown.row).toBe(1)
    expect(shown.inputs).toEqual([
      { name: 'name', datatype: 'BYTES', shape: [2, 1] },
      { name: 'width', datatype: 'FP32', shape: [2, 1] },
    ])
    expect(shown.outputs[0]).toMatchObject({
      output: 'scores',
      control: { data: [0.5, 0.5] },
      other: { data: [0, 'NaN'] },
    })
    expect(shown.outputs[1]).toMatchObject({
      output: 'label',
      control: { data: [1] },
      other: { data: [2] },
    })
  })

  test('shows values of inputs where they are to be kept', () => {
    const shown = JSON.parse(example({ ...IRIS, keepsInputs: true }))
    expect(shown.inputs).toMatchObject([{ data: ['Grace'] }, { data: [2.5] }])
  })

  test('shows of a long row what lies around the largest difference', () => {
    const zeros = new Array<number>(1000).fill(0)
    const shown = JSON.parse(
      example({
        inputs: new Map(),
        control: tensors({ y: fp32(zeros, [1, 1000]) }),
        other: tensors({ y: fp32(zeros.with(700, 9), [1, 1000]) }),
        keepsInputs: false,
      }),
    )
    const { column, data } = shown.outputs[0].other
    expect(data[700 - column]).toBe(9)
    expect(data).toHaveLength(16)
  })

  test('is bounded, however long texts and names are and however many tensors there are', () => {
    const named = (value: string) =>
      new Map(
        Array.from({ length: 200 }, (_, at) => [`${'é'.repeat(500)}${at}`, text([value.repeat(10_000)])]),
      )
    const shown = example({ inputs: named('i'), control: named('"'), other: named('🙂'), keepsInputs: true })
    expect(Buffer.byteLength(shown)).toBeLessThanOrEqual(LARGEST_EXAMPLE)
    expect(JSON.parse(shown).left).toBeGreaterThan(300)
  })

  test('does without an output that one of them has not, and cuts long text', () => {
    const shown = JSON.parse(
      example({
        inputs: new Map(),
        control: tensors({ y: text(['x'.repeat(1000)]) }),
        other: new Map(),
        keepsInputs: false,
      }),
    )
    expect(shown.outputs).toHaveLength(1)
    expect(shown.outputs[0].other).toBeUndefined()
    expect(shown.outputs[0].control.data[0]).toHaveLength(80)
  })
})
