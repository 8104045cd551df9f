import { describe, expect, test } from 'vitest'
import { FLAVOR_NAMES, flavorFor } from '../../src/flavors/flavor-table.ts'
import { inspectFile, loadFile, modelPath } from '../fixtures/onnx/onnx-models.ts'

/** Whether the native library of an engine is in this process. */
function loadedEngine(): boolean {
  const report = process.report.getReport() as { readonly sharedObjects?: readonly string[] }
  return report.sharedObjects?.some((path) => path.includes('libonnxruntime')) ?? false
}

describe('the flavor table', () => {
  test.each(FLAVOR_NAMES)('has a flavor that knows its name: %s', async (name) => {
    expect(await flavorFor({ flavor: name })).toMatchObject({ name })
  })

  test.each(['sklearn', '', 'constructor', '__proto__'])(
    'refuses what it does not have: %j',
    async (name) => {
      await expect(flavorFor({ flavor: name })).rejects.toMatchObject({ code: 'INVALID_PARAMETER_VALUE' })
    },
  )

  test('brings no engine into the process before a model is loaded', async () => {
    const path = modelPath('softmax')
    expect((await inspectFile(path)).weightBytes).toBeGreaterThan(0)
    expect(loadedEngine()).toBe(false)
    const predictor = await loadFile(path)
    expect(loadedEngine()).toBe(true)
    await predictor.close()
  })
})
