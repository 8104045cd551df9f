import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { imageName, nameOfModel, pushReference } from '../../../../src/cli/commands/image/image-name.ts'
import { parseReference, referenceText } from '../../../../src/image/registry/image-reference.ts'

describe('the name of an image', () => {
  test.each([
    ['iris', 'localhost/iris:latest'],
    ['iris:3', 'localhost/iris:3'],
    ['team/iris', 'localhost/team/iris:latest'],
    ['localhost/iris', 'localhost/iris:latest'],
    ['localhost:5000/iris:3', 'localhost:5000/iris:3'],
    ['registry.example/team/iris:3', 'registry.example/team/iris:3'],
  ])('%s is %s in full', (text, name) => {
    expect(imageName(text)).toBe(name)
  })

  test.each(['', 'Iris', 'iris:', 'a b', `iris@sha256:${'0'.repeat(64)}`])('%j is refused', (text) => {
    expect(() => imageName(text)).toThrow(`'${text}'`)
  })

  test.each([
    ['iris', '3', 'localhost/iris:3'],
    ['Iris Classifier (EU)', undefined, 'localhost/iris-classifier-eu:latest'],
    ['modèle', '2', 'localhost/mode-le:2'],
    ['値段', '1', 'localhost/model:1'],
    ['__x__', '', 'localhost/x:latest'],
  ])('of the model %j, version %j, is %s', (name, version, full) => {
    expect(nameOfModel(name, version)).toBe(full)
  })

  test('any name of a model makes one that a registry takes', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', maxLength: 300 }),
        fc.string({ maxLength: 200 }),
        (name, version) => {
          const full = nameOfModel(name, version)
          expect(referenceText(parseReference(full))).toBe(full)
        },
      ),
    )
  })
})

test('an image is pushed by a tag, not by a digest that nobody knows yet', () => {
  expect(pushReference('registry.example/iris:3')).toMatchObject({ registry: 'registry.example', tag: '3' })
  expect(() => pushReference(`registry.example/iris@sha256:${'0'.repeat(64)}`)).toThrow('is pushed by a tag')
})
