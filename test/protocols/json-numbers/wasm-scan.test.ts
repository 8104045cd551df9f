import { expect, test } from 'vitest'
import { DECLINED, NEW_SKELETON, WasmScan } from '../../../src/protocols/json-numbers/wasm-scan.ts'

/** The area of skeletons, behind which those lie that are remembered. */
const SKELETON_BYTES = 65_536

const HEADS = ['["', '{"id":"x","k":"', `${' '.repeat(100)}["`]
const TAILS = [
  '"]',
  '\\"]',
  '\\\\"]',
  '",1]',
  '",[1]]',
  '"]  ',
  '',
  '\\',
  'é"]',
  '",tru',
  '",{"id":"a"}]',
  '",[[[[[[["',
]

test('a skeleton that ends where its area does touches none of those that are remembered', () => {
  const scan = new WasmScan()
  const known = Buffer.from('{"a":1}')
  expect(scan.scan(known)).toBe(NEW_SKELETON)
  const number = scan.rememberSkeleton()
  const outcomes = new Set<number>()
  for (let length = SKELETON_BYTES - 120; length < SKELETON_BYTES + 20; length++) {
    for (const head of HEADS) {
      for (const tail of TAILS) {
        outcomes.add(scan.scan(Buffer.from(head + 'x'.repeat(length - head.length) + tail)))
        expect(scan.scan(known)).toBe(number)
      }
    }
  }
  expect(outcomes).toEqual(new Set([NEW_SKELETON, DECLINED]))
})
