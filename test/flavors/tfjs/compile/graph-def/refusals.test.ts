import assert from 'node:assert/strict'
import { it } from 'vitest'
import { refusal } from '../../../../../src/flavors/tfjs/compile/graph-def/refusals.ts'

it.each([
  ['StatelessWhile', 'branches and loops are not compiled'],
  ['Imag', 'complex numbers are not compiled'],
  ['ImageProjectiveTransformV3', 'this operator is not compiled'],
  ['StringSplit', 'texts are not compiled'],
])('%s is refused: %s', (op, reason) => {
  assert.equal(refusal(op), reason)
})
