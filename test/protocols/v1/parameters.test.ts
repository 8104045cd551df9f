import { expect, test } from 'vitest'
import { readPredictBody } from '../../../src/protocols/v1/predict-form.ts'

function read(text: string): unknown {
  return JSON.parse(readPredictBody(Buffer.from(text), { keepsBase64: false }).text)
}

test.each([
  ['{"instances": [1], "parameters": {"k": 1.5}}', { instances: [1], params: { k: 1.5 } }],
  [
    '{"parameters": {"k": 1}, "instances": [{"parameters": 2}]}',
    { instances: [{ parameters: 2 }], params: { k: 1 } },
  ],
  ['{"instances": [1], "parameters": null}', { instances: [1] }],
  ['{"instances": [1], "parameters": null, "params": {"k": 1}}', { instances: [1], params: { k: 1 } }],
])('the parameters of Vertex AI are those of MLflow: %s', (text, body) => {
  expect(read(text)).toEqual(body)
})

test('they are not both there', () => {
  expect(() => read('{"instances": [1], "parameters": {}, "params": {}}')).toThrow(
    "The request body has both 'parameters' and 'params'; one of them is meant.",
  )
})
