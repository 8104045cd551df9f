import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import type { MlModel } from '../../../src/flavors/mlmodel.ts'
import { readServingExample, type ServingExample } from '../../../src/runtime/load/serving-example.ts'
import { temporaryFolder } from '../../fixtures/temporary-folder.ts'

const INPUT = 'serving_input_example.json'
const OUTPUT = 'serving_output_example.json'
const BODY = '{"inputs": [1]}'

/** Reads the example of a model whose MLmodel file names `servingInputPath`. */
function read(
  files: Readonly<Record<string, string>>,
  servingInputPath: string | undefined = INPUT,
): Promise<ServingExample | undefined> {
  const directory = temporaryFolder()
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, name)), { recursive: true })
    writeFileSync(join(directory, name), text)
  }
  const mlmodel: MlModel = {
    directory,
    flavor: 'onnx',
    flavorConfig: {},
    signature: undefined,
    runId: undefined,
    modelId: undefined,
    mlflowVersion: undefined,
    servingInputPath,
    inputExamplePath: undefined,
  }
  return readServingExample(mlmodel)
}

test('an example without a recorded output is a body and no golden request', async () => {
  const example = await read({ [INPUT]: BODY })
  expect(example).toMatchObject({ body: { mediaType: 'application/json' }, golden: undefined })
  expect(Buffer.from(example?.body.body ?? []).toString()).toBe(BODY)
})

test('a recorded output makes it a golden request, with the numbers that Python writes', async () => {
  const example = await read({ [INPUT]: BODY, [OUTPUT]: '{"predictions": [1.0, NaN]}' })
  expect(example?.golden).toMatchObject({
    ...example?.body,
    origin: { file: OUTPUT },
    status: 200,
    reply: { predictions: [1, 'NaN'] },
  })
})

test('the output is looked for beside the input', async () => {
  const files = { [`examples/${INPUT}`]: BODY, [`examples/${OUTPUT}`]: '{"predictions": []}' }
  const example = await read(files, `examples/${INPUT}`)
  expect(example?.golden?.origin).toEqual({ file: `examples/${OUTPUT}` })
})

test('without an input there is no example', async () => {
  expect(await read({ [OUTPUT]: '{"predictions": []}' })).toBeUndefined()
})

test.each([
  ['is not JSON', 'no'],
  ['has no predictions', '{"error_code": "BAD_REQUEST", "message": "no"}'],
  ['is a list', '[1]'],
])('an output that %s is refused by its name', async (_, output) => {
  await expect(read({ [INPUT]: BODY, [OUTPUT]: output })).rejects.toMatchObject({
    code: 'INVALID_PARAMETER_VALUE',
    message: expect.stringContaining(`Recorded answer ${OUTPUT} cannot be read: `),
  })
})
