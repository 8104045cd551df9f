import fc from 'fast-check'
import { expect, test } from 'vitest'
import { linksBeneath } from '../../src/artifacts/http-index.ts'
import { baseName, decodePath, encodePath, isModelFile, joinPath } from '../../src/artifacts/http-path.ts'

/** Any name of a file, also one that looks like a URL's syntax. */
const name = fc
  .oneof(
    fc.string({ unit: 'binary', minLength: 1 }),
    fc.constantFrom(
      '%2e%2e',
      '...',
      '?',
      '#',
      'a b',
      '\\',
      '%',
      'http:',
      '&amp;',
      "it's",
      '"',
      '<a>',
      '\t',
      'é',
    ),
  )
  .filter((text) => !text.includes('/') && text !== '.' && text !== '..')

test('every path stands in a URL as itself', () => {
  fc.assert(
    fc.property(fc.array(name, { minLength: 1, maxLength: 4 }), (names) => {
      const path = names.join('/')
      const url = new URL(`http://host/base/${encodePath(path)}`)
      expect(url.search + url.hash).toBe('')
      expect(decodePath(url.pathname)).toBe(`/base/${path}`)
    }),
  )
})

test('every name is found again in an index page that links to it', () => {
  fc.assert(
    fc.property(name, fc.array(name, { maxLength: 2 }), fc.boolean(), (file, folder, isFolder) => {
      const url = `http://host/${folder.map((segment) => `${encodePath(segment)}/`).join('')}`
      const page = `<a href="./${encodeURIComponent(file)}${isFolder ? '/' : ''}">${encodeURIComponent(file)}</a>`
      expect(linksBeneath(page, url)).toEqual([{ name: file, isFolder, bytes: undefined }])
    }),
  )
})

test.for(['', '/', 'a//b', 'a/', '..', 'a/../b', './a', '\ud800'])('%j is no path of a file', (path) => {
  expect(() => encodePath(path)).toThrow(expect.objectContaining({ code: 'INVALID_PARAMETER_VALUE' }))
})

test('paths are joined and cut at their slashes', () => {
  expect([joinPath('', 'a'), joinPath('a/b', 'c')]).toEqual(['a', 'a/b/c'])
  expect([baseName('a'), baseName('a/b')]).toEqual(['a', 'b'])
})

test('a model file is known by its name', () => {
  expect(['a/model.onnx', 'm.ONNX'].every(isModelFile)).toBe(true)
  expect(['.onnx', 'a/.onnx', 'model.onnx/data', 'onnx'].some(isModelFile)).toBe(false)
})
