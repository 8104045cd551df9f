import { expect, test } from 'vitest'
import { nameMeantBy } from '../../../src/store/registry/same-name.ts'

test.each([
  ['iris', 'iris'],
  ['IRIS', 'iris'],
  ['Résumé', 'resume'],
  ['iris-2', 'Iris-2'],
  ['other', 'other'],
])('a row of %j belongs to %j', (written, model) => {
  expect(nameMeantBy(['iris', 'resume', 'Iris-2'])({ name: written })).toBe(model)
})

test('names that differ in case stay apart where both are there', () => {
  const meant = nameMeantBy(['iris', 'Iris'])
  expect(['iris', 'Iris'].map((name) => meant({ name }))).toEqual(['iris', 'Iris'])
})
