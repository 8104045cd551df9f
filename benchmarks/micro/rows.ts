/**
 * What does it cost to join the rows of several requests to one batch, and to give each its own rows of the answer? For rows of
 * 4 floats, of 100 doubles and of an image.
 */
import type { Tensor, TensorMap } from '../../src/core/tensor.ts'
import { PLAIN_ROWS } from '../../src/runtime/batching/plain-rows.ts'
import { callCost } from '../lib/call-cost.ts'
import { machine } from '../lib/report.ts'

const OUTPUT_WIDTH = 3

const ROWS = [
  { row: '4 floats', of: (): Tensor => ({ datatype: 'FP32', shape: [1, 4], data: new Float32Array(4) }) },
  {
    row: '100 doubles',
    of: (): Tensor => ({ datatype: 'FP64', shape: [1, 100], data: new Float64Array(100) }),
  },
  {
    row: '3x224x224 floats',
    of: (): Tensor => ({ datatype: 'FP32', shape: [1, 3, 224, 224], data: new Float32Array(150_528) }),
  },
] as const

function answers(rows: number): TensorMap {
  const data = new Float32Array(rows * OUTPUT_WIDTH)
  return new Map([['y', { datatype: 'FP32', shape: [rows, OUTPUT_WIDTH], data }]])
}

const table = []
for (const { row, of } of ROWS) {
  for (const requests of [2, 8, 32]) {
    const parts = Array.from({ length: requests }, () => new Map([['x', of()]]))
    const outputs = answers(requests)
    table.push({
      ...{ row, requests },
      'join us a request': (callCost(() => PLAIN_ROWS.join(parts)) / requests).toPrecision(3),
      'split us a request': (callCost(() => PLAIN_ROWS.split(outputs, parts)) / requests).toPrecision(3),
    })
  }
}
console.log(machine())
console.table(table)
