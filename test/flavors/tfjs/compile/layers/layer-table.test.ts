import { serialization } from '@tensorflow/tfjs-core'
import { layers as tfl } from '@tensorflow/tfjs-layers'
import { beforeAll, describe, expect, test } from 'vitest'
import { LAYER_TABLE } from '../../../../../src/flavors/tfjs/compile/layers/layer-table.ts'
import { useQuietCpu } from '../../../../fixtures/tfjs/quiet-cpu.ts'
import { ACTIVATION_CASES, CORE_CASES } from './cases/core-cases.ts'
import { CONVOLUTION_CASES, PADDING_CASES, POOLING_CASES, PREPROCESSING_CASES } from './cases/image-cases.ts'
import { EMBEDDING_CASES, MERGE_CASES, NORMALIZATION_CASES } from './cases/merge-cases.ts'
import { RECURRENT_CASES, WRAPPER_CASES } from './cases/recurrent-cases.ts'
import { expectSameAnswers } from './support/same-answers.ts'

const CASES = [
  ...CORE_CASES,
  ...ACTIVATION_CASES,
  ...CONVOLUTION_CASES,
  ...POOLING_CASES,
  ...PADDING_CASES,
  ...PREPROCESSING_CASES,
  ...MERGE_CASES,
  ...NORMALIZATION_CASES,
  ...EMBEDDING_CASES,
  ...RECURRENT_CASES,
  ...WRAPPER_CASES,
]

beforeAll(useQuietCpu)

test('every row of the table has a case', () => {
  const covered = new Set(CASES.map(({ className }) => className))
  expect([...LAYER_TABLE.keys()].filter((className) => !covered.has(className))).toEqual([])
})

/** Layers of TF.js that are no row of the table: read elsewhere, or left to TF.js. */
const ELSEWHERE = ['InputLayer', 'Model', 'Functional', 'Sequential', 'StackedRNNCells']
const CELLS = ['SimpleRNNCell', 'GRUCell', 'LSTMCell', 'ConvLSTM2DCell']
const NOT_COMPILED = ['ConvLSTM2D', 'RandomWidth', 'Resizing']

test('every layer of TF.js is in the table, or left out on purpose', () => {
  const classes = Object.entries(serialization.SerializationMap.getMap().classNameMap)
  const layers = classes.filter(([, [made]]) => made.prototype instanceof tfl.Layer).map(([name]) => name)
  const known = [...LAYER_TABLE.keys(), ...ELSEWHERE, ...CELLS, ...NOT_COMPILED]
  expect(layers.toSorted()).toEqual(known.toSorted())
})

describe('a layer computes what TF.js does', () => {
  test.each(CASES)('$className: $title', async ({ build, trial }) => {
    await expectSameAnswers(build(), trial)
  })
})
