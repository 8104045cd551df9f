import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseModelsUri } from '../../../src/store/registry/models-uri.ts'

test.each([
  ['models:/m-1', { modelId: 'm-1' }],
  ['models:/iris/3', { name: 'iris', version: '3' }],
  ['models:/iris/LATEST', { name: 'iris', stage: undefined }],
  ['models:/iris/Staging', { name: 'iris', stage: 'Staging' }],
  ['models:/iris@champion', { name: 'iris', alias: 'champion' }],
  ['models:/a@b@c', { name: 'a@b', alias: 'c' }],
  ['models:/@c', { name: '', alias: 'c' }],
  ['models:///iris/3', { name: 'iris', version: '3' }],
  ['models:/iris/3?x=1', { name: 'iris', version: '3' }],
  ['models:/iris/3#x', { name: 'iris', stage: '3#x' }],
  ['Models:/iris/3', { name: 'iris', version: '3' }],
])('%s names what it names for MLflow', (uri, named) => {
  expect(parseModelsUri(uri)).toEqual(named)
})

test.each([
  'models:/',
  'models:',
  'models:iris/1',
  'models:/iris/',
  'models:/iris/ ',
  'models:/iris@',
  'models:/ /1',
])('%j names nothing', (uri) => {
  expect(parseModelsUri(uri)).toBe(undefined)
})

test('versions and aliases of all names come back as they were written', () => {
  const name = fc.string({ unit: fc.constantFrom('a', 'é', ' ', '.', '-', '%', '@'), minLength: 1 })
  fc.assert(
    fc.property(name, fc.integer({ min: 0 }), fc.stringMatching(/^[\w-]+$/), (text, number, alias) => {
      fc.pre(text.trim() !== '')
      expect(parseModelsUri(`models:/${text}/${number}`)).toEqual({ name: text, version: String(number) })
      expect(parseModelsUri(`models:/${text}@${alias}`)).toEqual({ name: text, alias })
    }),
  )
})
