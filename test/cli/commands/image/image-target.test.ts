import { expect, test } from 'vitest'
import { expectBillFile, imageTarget } from '../../../../src/cli/commands/image/image-target.ts'
import { temporaryFolder } from '../../../fixtures/temporary-folder.ts'

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

test('a file in a folder that is not there is refused before anything is built', () => {
  expect(() => imageTarget('no/such/folder/x.tar', PIPE)).toThrow("there is no folder 'no/such/folder'")
})

test('a folder is refused then too', () => {
  const folder = temporaryFolder()
  expect(() => imageTarget(folder, PIPE)).toThrow(`oci:${folder} for an OCI layout`)
})

test.each(['', 'oci:'])('--output %j names nothing', (output) => {
  expect(() => imageTarget(output, PIPE)).toThrow('names no file')
})

test.each([
  ['-', undefined, '`headrace sbom` prints'],
  ['./iris.tar', { kind: 'archive', file: 'iris.tar' }, "both name './iris.tar'"],
] as const)('--sbom %s is refused', (bill, target, message) => {
  expect(() => expectBillFile(bill, target)).toThrow(message)
  expectBillFile('iris.cdx.json', target)
})
