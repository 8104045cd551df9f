import { expect, test } from 'vitest'
import { firstDifference, parseReply } from '../../../src/runtime/load/reply-comparison.ts'

function difference(expected: string, actual: string, tolerance = 1e-5): string | undefined {
  return firstDifference(parseReply(expected), parseReply(actual), tolerance)
}

test.each([
  ['{"predictions": [5, 1.5]}', '{"predictions": [5.0, 1.50]}'],
  ['{"a": 1, "b": null}', '{"b": null, "a": 1}'],
  ['[0.333333]', '[0.333334]'],
  ['[1e-9]', '[0.0]'],
  ['{"predictions": [[10, 0.0000023], [-8, 1]]}', '{"predictions": [[10, 0], [-8, 1.000015]]}'],
  ['{"predictions": [{"logits": [[10], [0]]}]}', '{"predictions": [{"logits": [[10], [0.000009]]}]}'],
  ['[NaN, -Infinity, Infinity, "NaN \\" NaN"]', '[NaN,-Infinity,Infinity,"NaN \\" NaN"]'],
])('%s and %s are the same answer', (expected, actual) => {
  expect(difference(expected, actual)).toBeUndefined()
})

test.each([
  ['{"p": [{"label": "1"}]}', '{"p": [{"label": 1}]}', 'reply.p[0].label is 1 instead of "1"'],
  ['[1, 2]', '[1]', 'reply has 1 elements instead of 2'],
  ['[1]', '[1.001]', 'reply[0] is 1.001 instead of 1'],
  ['{"a": 1}', '{"b": 1}', 'reply.a is missing'],
  ['{}', '{"b": 1}', 'reply.b is there, which it should not be'],
  ['[]', '{}', 'reply is {} instead of []'],
  ['[1000, 0]', '[1000, 0.00001]', 'reply[1] is 0.00001 instead of 0'],
  ['[[1000], [0]]', '[[1000], [0.00001]]', 'reply[1][0] is 0.00001 instead of 0'],
  ['[{"a": 1000, "b": 0}]', '[{"a": 1000, "b": 0.00001}]', 'reply[0].b is 0.00001 instead of 0'],
  ['[[10, 0]]', '[[10, 0.000012]]', 'reply[0][1] is 0.000012 instead of 0'],
  ['[[Infinity, 0]]', '[[Infinity, 0.00001]]', 'reply[0][1] is 0.00001 instead of 0'],
  ['[NaN]', '[null]', 'reply[0] is null instead of "NaN"'],
  ['[NaN, Infinity]', '[NaN, -Infinity]', 'reply[1] is "-Infinity" instead of "Infinity"'],
])('%s and %s differ', (expected, actual, words) => {
  expect(difference(expected, actual)).toBe(words)
})
