import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { OutputMetadata } from '../../../src/core/predictor.ts'
import type { TensorMap } from '../../../src/core/tensor.ts'
import { readSummary } from '../../../src/flavors/onnx/read-summary.ts'
import { WireFile } from '../../../src/flavors/onnx/wire-file.ts'
import { findZipMaps, rewriteZipMaps } from '../../../src/flavors/onnx/zipmap.ts'
import { floatInput, loadFile, modelBytes, modelPath } from '../../fixtures/onnx/onnx-models.ts'

interface Recorded {
  readonly model: string
  readonly x: { readonly shape: readonly number[]; readonly data: readonly number[] }
  /** For each ZipMap output and row the pairs of label and value, in onnxruntime's order. */
  readonly maps: Readonly<Record<string, readonly (readonly (readonly [string, number])[])[]>>
}

const recorded: readonly Recorded[] = readFileSync(
  new URL('../../fixtures/onnx/zipmap-recorded.jsonl', import.meta.url),
  'utf8',
)
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line))

/** The maps that a labelled matrix stands for, with labels as text and in their order. */
function mapsOf({ name, classLabels = [] }: OutputMetadata, outputs: TensorMap): [string, number][][] {
  const matrix = outputs.get(name)
  const [rows = 0, columns = 0] = matrix?.shape ?? []
  return Array.from({ length: rows }, (_, row) =>
    classLabels
      .map((label, column): [string, number] => [String(label), Number(matrix?.data[row * columns + column])])
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  )
}

describe('A classifier with ZipMap', () => {
  test.each(recorded)('gives the values of the maps: $model', async ({ model, x, maps }) => {
    const predictor = await loadFile(modelPath(model))
    const outputs = await predictor.predict(floatInput('x', x.shape, x.data))
    const labelled = predictor.outputs.filter(({ classLabels }) => classLabels !== undefined)
    expect(labelled.map((output) => output.name)).toEqual(Object.keys(maps))
    for (const output of labelled) {
      const ours = mapsOf(output, outputs)
      const theirs = maps[output.name]?.map((row) => row.toSorted(([a], [b]) => (a < b ? -1 : 1))) ?? []
      expect(ours.map((row) => row.map(([label]) => label))).toEqual(theirs.map((row) => row.map(([l]) => l)))
      for (const [index, [, value]] of ours.flat().entries()) {
        expect(value).toBeCloseTo(theirs.flat()[index]?.[1] ?? Number.NaN, 6)
      }
    }
    await predictor.close()
  })

  test('keeps labels of both types, in the order of the columns', async () => {
    const labels = async (name: string) =>
      (await loadFile(modelPath(name))).outputs.find(({ name: output }) => output === 'maps')
    expect(await labels('zipmap-int')).toEqual({
      name: 'maps',
      datatype: 'FP32',
      shape: [-1, 3],
      classLabels: [0n, -7n, 2n ** 62n],
    })
    expect(await labels('zipmap-text')).toMatchObject({ classLabels: ['setosa', '', 'größer'] })
  })

  test('is batchable', async () => {
    expect(await loadFile(modelPath('zipmap-text'))).toMatchObject({ batchable: true })
  })

  test('answers one row where the matrix has one dimension only', async () => {
    const predictor = await loadFile(modelPath('zipmap-one-row'))
    expect(predictor.outputs[0]).toMatchObject({ shape: [1, 2], classLabels: ['no', 'yes'] })
    expect(predictor.batchable).toBe(false)
    const outputs = await predictor.predict(floatInput('x', [2], [1, 2]))
    expect(outputs.get('maps')).toEqual({ datatype: 'FP32', shape: [1, 2], data: Float32Array.of(-1, -2) })
  })

  test('keeps what else reads or gives the matrix', async () => {
    const predictor = await loadFile(modelPath('zipmap-twice'))
    expect(predictor.outputs.map(({ name }) => name)).toEqual(['maps', 'n', 'p', 'more'])
    const outputs = await predictor.predict(floatInput('x', [1, 4], [1, 2, 3, 4]))
    expect(outputs.get('maps')).toEqual(outputs.get('p'))
    const numbers = (name: string) => Array.from(outputs.get(name)?.data ?? [], Number)
    expect(numbers('n')).toEqual(numbers('p').map((value) => -value))
  })

  test('without labels, or with labels of two types, is refused', async () => {
    await expect(loadFile(modelPath('zipmap-two-kinds'))).rejects.toMatchObject({
      code: 'INVALID_PARAMETER_VALUE',
      message: expect.stringContaining('labels of two types'),
    })
  })

  test('with fewer labels than columns fails on the request, as ZipMap does', async () => {
    const predictor = await loadFile(modelPath('zipmap-too-few-labels'))
    await expect(predictor.predict(floatInput('x', [1, 4], [1, 2, 3, 4]))).rejects.toMatchObject({
      code: 'BAD_REQUEST',
      message: expect.stringContaining('shape (1, 3) for 2 class labels'),
    })
  })
})

describe('rewriting', () => {
  test('keeps all bytes but those of the ZipMap and its output', () => {
    const file = new WireFile(modelPath('zipmap-text'))
    const summary = readSummary(file)
    const zipMaps = findZipMaps(file, summary)
    const rewritten = rewriteZipMaps(file, summary, zipMaps)
    const original = modelBytes('zipmap-text')
    const node = zipMaps[0]!.node
    const output = summary.outputs[0]!.field
    const graph = summary.graphs[0]!
    expect(rewritten.subarray(0, graph.start)).toEqual(original.subarray(0, graph.start))
    for (const [start, end] of [
      [graph.valueStart, node.start],
      [node.end, output.start],
      [output.end, original.length],
    ] as const) {
      expect(end).toBeGreaterThan(start)
      expect(rewritten.includes(original.subarray(start, end))).toBe(true)
    }
    file.close()
  })
})
