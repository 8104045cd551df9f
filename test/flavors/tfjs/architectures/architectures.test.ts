import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ARCHITECTURES } from '../../../fixtures/tfjs/architectures/architectures.ts'
import { engineAgreement } from '../../../fixtures/tfjs/architectures/engine-agreement.ts'
import { useQuietCpu } from '../../../fixtures/tfjs/quiet-cpu.ts'
import { saveLayersModel } from '../../../fixtures/tfjs/save-model.ts'

/** Of the largest value of an output: what float32 may lose in sums of another order. */
const TOLERANCE = 1e-5

const named = (...names: readonly string[]) => ARCHITECTURES.filter(({ name }) => names.includes(name))

const IN_LAYERS = named('small-mobilenet-v2', 'segmentation', 'text-classifier', 'two-towers')
const IN_GRAPHS = named('small-efficientnet', 'two-towers')

/** Written by the official converter (`models/tfjs/to_graph_model.py`), with weights of one byte. */
const GRAPH_MODELS = fileURLToPath(
  new URL('../../../fixtures/tfjs/architectures/graph-models/', import.meta.url),
)
describe('networks of the field', () => {
  const folder = mkdtempSync(join(tmpdir(), 'headrace-architectures-'))

  beforeAll(async () => {
    await useQuietCpu()
    for (const architecture of IN_LAYERS) {
      const network = architecture.build()
      await saveLayersModel(network, join(folder, architecture.name), { quantization: 'float16' })
      network.dispose()
    }
  })

  afterAll(() => rmSync(folder, { recursive: true }))

  test.each(IN_LAYERS)('are compiled to what TF.js computes: layers model $name', async (architecture) => {
    const found = await engineAgreement(architecture, join(folder, architecture.name), 'layers-model')
    expect(found).toMatchObject({ engine: 'onnxruntime', reason: undefined })
    expect(found.difference).toBeLessThan(TOLERANCE)
  })

  test.each(IN_GRAPHS)('are compiled to what TF.js computes: graph model $name', async (architecture) => {
    const found = await engineAgreement(architecture, join(GRAPH_MODELS, architecture.name), 'graph-model')
    expect(found).toMatchObject({ engine: 'onnxruntime', reason: undefined })
    expect(found.difference).toBeLessThan(TOLERANCE)
  })
})
