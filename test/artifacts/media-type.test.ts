import { expect, test } from 'vitest'
import { mediaTypeOf } from '../../src/artifacts/media-type.ts'

test.each([
  ['a.txt', 'text/plain'],
  ['MLmodel', 'text/plain'],
  ['.json', 'application/octet-stream'],
  ['a.json', 'text/plain'],
  ['a.JSON', 'application/json'],
  ['a.js', 'text/plain'],
  ['a.csv', 'text/plain'],
  ['a.html', 'text/html'],
  ['a.PNG', 'image/png'],
  ['a.svgz', 'image/svg+xml'],
  ['a.tgz', 'application/x-tar'],
  ['a.tar.gz', 'application/x-tar'],
  ['a.gz', 'application/octet-stream'],
  ['model.onnx', 'application/octet-stream'],
  ['noending', 'application/octet-stream'],
  ['constructor', 'application/octet-stream'],
  ['a.__proto__', 'application/octet-stream'],
  ['', 'application/octet-stream'],
])('the media type of %j is %s', (name, type) => {
  expect(mediaTypeOf(name)).toBe(type)
})
