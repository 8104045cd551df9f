/**
 * How many bytes of CSV a second does one core turn into tensors? 30 double columns for a float32 matrix, in blocks
 * of 512 KiB: decimals of the length that people write, and doubles in all their digits. Target: 100 MB/s.
 */

import { seededRandom } from '../../src/core/seeded-random.ts'
import { compileScoringCodec } from '../../src/protocols/mlflow-scoring/compile-scoring-codec.ts'
import { CsvBlockReader } from '../../src/protocols/mlflow-scoring/csv/csv-block-reader.ts'
import { readCsvLayout } from '../../src/protocols/mlflow-scoring/csv/csv-layout.ts'
import { planCsv } from '../../src/protocols/mlflow-scoring/csv/csv-plan.ts'
import { CsvFastPath } from '../../src/protocols/mlflow-scoring/fast/csv-fast-path.ts'
import type { ModelSignature } from '../../src/signature/model-signature.ts'
import { machine, median } from '../lib/report.ts'

const COLUMNS = 30
const BLOCK_BYTES = 512 * 1024
const BLOCKS = 100
const ROUNDS = 5

const names = Array.from({ length: COLUMNS }, (_, i) => `column ${i}`)
const signature: ModelSignature = {
  inputs: { kind: 'columns', columns: names.map((name) => ({ name, type: 'double', required: true })) },
  outputs: undefined,
  params: undefined,
  fromTypeHint: false,
}
const inputs = [{ name: 'x', datatype: 'FP32', shape: [-1, COLUMNS] }] as const
const layout = readCsvLayout(Buffer.from(`${names.join(',')}\n`))
const reader = new CsvBlockReader(layout, planCsv(layout, signature.inputs))
const codec = compileScoringCodec({ signature, inputs, outputs: [] })

function block(cell: (random: () => number) => string): Uint8Array {
  const random = seededRandom(7)
  let text = ''
  while (text.length < BLOCK_BYTES) text += `${names.map(() => cell(random)).join(',')}\n`
  return Buffer.from(text)
}

/** @returns megabytes a second. */
function speed(bytes: Uint8Array, blocks: number, decode: (bytes: Uint8Array) => unknown): number {
  const start = performance.now()
  for (let i = 0; i < blocks; i++) if (decode(bytes) === undefined) throw new Error('A block was declined.')
  return (bytes.length * blocks) / 1e3 / (performance.now() - start)
}

const texts = {
  'five digits': block((random) => String(Number((random() * 10 ** (4 * random() - 2)).toPrecision(5)))),
  'all digits': block((random) => String(random() * 100)),
}
console.log(machine())
const table = Object.entries(texts).map(([name, bytes]) => {
  const fast = CsvFastPath.compile(layout, signature.inputs, inputs)
  const measure = (blocks: number, decode: (bytes: Uint8Array) => unknown): number => {
    return Math.round(median(Array.from({ length: ROUNDS }, () => speed(bytes, blocks, decode))))
  }
  return {
    name,
    'fast path MB/s': measure(BLOCKS, (block) => fast?.decode(block)),
    'general path MB/s': measure(3, (block) =>
      codec.decodeFrame(reader.read({ bytes: block, firstLine: 2 })),
    ),
  }
})
console.table(table)
