import { describe, expect, it } from 'vitest'
import { astype } from '../../../../src/protocols/mlflow-scoring/numpy/cast.ts'
import { ndArray } from '../../../../src/protocols/mlflow-scoring/numpy/nd-array.ts'

describe('astype', () => {
  it('pads text with NUL as NumPy does, so that none ends in one', () => {
    const objects = ndArray('object', [4], ['a\0b\0\0', '\0', null, 5n])
    expect(astype(objects, 'str').data).toEqual(['a\0b', '', 'None', '5'])
  })
})
