/**
 * What does it cost to have the numbers of a JSON body in a Float32Array? By the scanner, beside JSON.parse and a loop that copies; and
 * to scan the names around them. In a body whose skeleton is known, as those of a client are from the second on.
 */
import { NumberScanner } from '../../src/protocols/json-numbers/number-scanner.ts'
import { callCost } from '../lib/call-cost.ts'
import { machine } from '../lib/report.ts'

const scanner = new NumberScanner()

/** Between 0 and 1, with four digits or as many as a double has. */
function randomNumbers(count: number, digits: number): number[] {
  return Array.from({ length: count }, () =>
    digits === 4 ? Number(Math.random().toFixed(4)) : Math.random(),
  )
}

function scanned(body: Uint8Array): Float32Array {
  const lists = scanner.scan(body)?.lists ?? []
  const last = lists.at(-1)
  if (last === undefined) throw new Error('The scanner declined a body.')
  return scanner.toFloat32(last)
}

function parsedAndCopied(body: Buffer): Float32Array {
  const { inputs } = JSON.parse(body.toString()) as { inputs: number[][] }
  const [row = []] = inputs
  const copy = new Float32Array(row.length)
  for (let i = 0; i < row.length; i++) copy[i] = row[i] as number
  return copy
}

const table = []
for (const digits of [4, 17]) {
  for (const count of [4, 100, 784, 150_528]) {
    const body = Buffer.from(JSON.stringify({ inputs: [randomNumbers(count, digits)] }))
    table.push({
      ...{ numbers: count, digits, bytes: body.length },
      'scan and copy us': callCost(() => scanned(body)).toPrecision(3),
      'scan us': callCost(() => scanner.scan(body)).toPrecision(3),
      'JSON.parse and copy us': callCost(() => parsedAndCopied(body)).toPrecision(3),
    })
  }
}

const names = Array.from({ length: 100 }, (_, i) => `column_${i}`)
const row = randomNumbers(names.length, 17)
const frames = {
  dataframe_split: { columns: names, index: [0], data: [row] },
  dataframe_records: [Object.fromEntries(names.map((name, i) => [name, row[i]]))],
}
const frameTable = Object.entries(frames).map(([form, frame]) => {
  const body = Buffer.from(JSON.stringify({ [form]: frame }))
  return {
    ...{ form, columns: names.length, bytes: body.length },
    'scan us': callCost(() => scanner.scan(body)).toPrecision(3),
    'JSON.parse us': callCost(() => JSON.parse(body.toString())).toPrecision(3),
  }
})
console.log(machine())
console.table(table)
console.table(frameTable)
