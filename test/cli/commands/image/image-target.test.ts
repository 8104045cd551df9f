import { expect, test } from 'vitest'
import { imageTarget } from '../../../../src/cli/commands/image/image-target.ts'

const PIPE = {}
const TERMINAL = { isTTY: true }

test.each([
  ['iris.tar', { kind: 'archive', file: 'iris.tar' }],
  ['./oci:x.tar', { kind: 'archive', file: './oci:x.tar' }],
  ['-', { kind: 'stream' }],
  ['oci:out/images', { kind: 'layout', folder: 'out/images' }],
  ['oci:/var/images/', { kind: 'layout', folder: '/var/images' }],
])('--output %s', (output, target) => {
  expect(imageTarget(output, PIPE)).toEqual(target)
})

test('an image is not written to a terminal', () => {
  expect(() => imageTarget('-', TERMINAL)).toThrow('docker load')
  expect(imageTarget('iris.tar', TERMINAL)).toEqual({ kind: 'archive', file: 'iris.tar' })
})

test.each(['', 'oci:'])('--output %j names nothing', (output) => {
  expect(() => imageTarget(output, PIPE)).toThrow('names no file')
})
