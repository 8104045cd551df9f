import { expect, test } from 'vitest'
import {
  type DescribedModel,
  describeModel,
} from '../../../../src/protocols/open-inference/documents/describe-model.ts'
import { modelConfig } from '../../../../src/protocols/open-inference/documents/model-config.ts'
import { input, unranked } from '../codecs.ts'

const model: DescribedModel = {
  name: 'm',
  versions: ['3', '7'],
  flavor: 'onnx',
  inputs: [input('x', 'FP32', [-1, 4]), input('s', 'BYTES', [-1, 1])],
  outputs: [{ name: 'y', datatype: 'FP32', shape: [-1, 2], classLabels: ['no', 1n] }],
  batchable: true,
  maxBatchRows: 64,
}

test('the metadata of a model are its own tensors', () => {
  expect(describeModel(model)).toEqual({
    name: 'm',
    versions: ['3', '7'],
    platform: 'onnxruntime_onnx',
    inputs: [
      { name: 'x', datatype: 'FP32', shape: [-1, 4] },
      { name: 's', datatype: 'BYTES', shape: [-1, 1] },
    ],
    outputs: [{ name: 'y', datatype: 'FP32', shape: [-1, 2] }],
  })
  expect(describeModel({ ...model, flavor: 'tfjs' }).platform).toBe('tensorflow_js')
  expect(describeModel({ ...model, inputs: [unranked('x', 'FP32')] }).inputs[0]?.shape).toEqual([-1])
})

test('the configuration of a model with rows leaves their dimension out', () => {
  expect(modelConfig(model)).toMatchObject({
    name: 'm',
    platform: 'onnxruntime_onnx',
    backend: 'onnxruntime',
    version_policy: { latest: { num_versions: 2 } },
    max_batch_size: 64,
    input: [
      { name: 'x', data_type: 'TYPE_FP32', dims: [4] },
      { name: 's', data_type: 'TYPE_STRING', dims: [1] },
    ],
    output: [{ name: 'y', data_type: 'TYPE_FP32', dims: [2] }],
    dynamic_batching: {},
    parameters: { 'class_labels.y': { string_value: '["no","1"]' } },
  })
  expect(modelConfig({ ...model, maxBatchRows: Number.POSITIVE_INFINITY }).max_batch_size).toBe(2 ** 31 - 1)
})

test('the configuration of a model without rows has all dimensions', () => {
  const config = modelConfig({ ...model, batchable: false })
  expect(config.max_batch_size).toBe(0)
  expect(config.input[0]?.dims).toEqual([-1, 4])
  expect(config).not.toHaveProperty('dynamic_batching')
})
