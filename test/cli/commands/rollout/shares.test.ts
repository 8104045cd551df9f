import { expect, test } from 'vitest'
import { readShares } from '../../../../src/cli/commands/rollout/direct.ts'

test.each([
  ['a=80,b=20', { a: 80, b: 20 }],
  [' a = 79.5 , b=20.5% ', { a: 79.5, b: 20.5 }],
  ['b=0', { b: 0 }],
  ['x=y=5', { 'x=y': 5 }],
])('%s', (text, shares) => {
  expect(readShares(text)).toEqual(shares)
})

test.each([
  ['', "'' is no share: write a=80,b=20, in percent"],
  ['a', "'a' is no share"],
  ['a=', "'a=' is no share"],
  ['a=80,', "'' is no share"],
  ['a=-1', "'a=-1' is no share"],
  ['a=80,a=20', "'a=80,a=20' names a twice"],
])('%s is refused', (text, message) => {
  expect(() => readShares(text)).toThrow(message)
})
