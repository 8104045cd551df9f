import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { conformanceRun, failuresOf, idsOf, REST_GROUPS } from './support/conformance-run.ts'
import { servedModels } from './support/served-models.ts'

const at = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url))

/** Pictures, all datatypes at once, inputs of several shapes, a signature of one text, plain numbers. */
const MODELS = {
  digits: at('models/digits/1'),
  datatypes: at('test/fixtures/onnx/datatypes.onnx'),
  several: at('test/fixtures/onnx/several-inputs.onnx'),
  text: at('models/text/1'),
  softmax: at('test/fixtures/onnx/softmax.onnx'),
}

it('finds nothing that Headrace does otherwise than the protocol says, whatever the model', {
  timeout: 300_000,
}, async () => {
  const url = await servedModels(MODELS)
  const failures: string[] = []
  const passed = new Set<string>()
  const tried = new Set<string>()
  for (const modelName of Object.keys(MODELS)) {
    const report = await conformanceRun(url, {
      modelName,
      groups: REST_GROUPS,
      mayControl: modelName === 'softmax',
    })
    failures.push(...failuresOf(report).map((failure) => `${modelName} ${failure}`))
    for (const id of idsOf(report, 'pass')) passed.add(id)
    for (const { id } of report.results) tried.add(id)
  }
  expect(failures).toEqual([])
  expect([...tried].filter((id) => !passed.has(id))).toEqual([])
})
