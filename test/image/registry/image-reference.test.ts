import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  type ImageReference,
  manifestKey,
  parseReference,
  referenceText,
  registryOrigin,
} from '../../../src/image/registry/image-reference.ts'

const DIGEST = `sha256:${'0123456789abcdef'.repeat(4)}`

const letters = fc.constantFrom(...'abcdefghijklmnopqrstuvwxyz0123456789')
const word = fc.string({ unit: letters, minLength: 1, maxLength: 8 })
const part = fc.tuple(word, fc.constantFrom('.', '_', '__', '-', '---'), word).map((parts) => parts.join(''))
const repository = fc
  .array(fc.oneof(word, part), { minLength: 2, maxLength: 4 })
  .map((parts) => parts.join('/'))
const port = fc.option(fc.integer({ min: 1, max: 65_535 }), { nil: undefined })
const registry = fc
  .tuple(fc.constantFrom('localhost', 'registry.example', '127.0.0.1', '[::1]'), port)
  .map(([host, number]) => (number === undefined ? host : `${host}:${number}`))
const tag = fc.stringMatching(/^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,20}$/)
const reference: fc.Arbitrary<ImageReference> = fc.record(
  { registry, repository, tag, digest: fc.constant(DIGEST) },
  { requiredKeys: ['registry', 'repository'] },
)

describe('a reference to an image', () => {
  test('is read as docker reads it', () => {
    const hub = 'docker.io'
    expect(parseReference('iris')).toEqual({ registry: hub, repository: 'library/iris' })
    expect(parseReference('team/iris:3')).toEqual({ registry: hub, repository: 'team/iris', tag: '3' })
    expect(parseReference('docker.io/iris')).toEqual({ registry: hub, repository: 'library/iris' })
    expect(parseReference('index.docker.io/library/iris')).toEqual({
      registry: hub,
      repository: 'library/iris',
    })
    expect(parseReference('localhost/iris')).toEqual({ registry: 'localhost', repository: 'iris' })
    expect(parseReference('Localhost/iris')).toEqual({ registry: 'localhost', repository: 'iris' })
    expect(parseReference('Registry.Example/iris')).toEqual({
      registry: 'registry.example',
      repository: 'iris',
    })
    expect(parseReference(`localhost:5000/a/b:1@${DIGEST}`)).toEqual({
      registry: 'localhost:5000',
      repository: 'a/b',
      tag: '1',
      digest: DIGEST,
    })
  })

  test('is the same after it was written and read', () => {
    fc.assert(
      fc.property(reference, (made) => {
        const { tag: madeTag, digest } = made
        const meant = madeTag === undefined && digest === undefined ? { ...made, tag: 'latest' } : made
        expect(parseReference(referenceText(made))).toEqual(meant)
      }),
    )
  })

  test('is read, or refused by its own words, whatever the text is', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom(...'a.B:/@-_0') })), (text) => {
        let read: ImageReference
        try {
          read = parseReference(text)
        } catch (error) {
          expect(error).toMatchObject({ code: 'INVALID_PARAMETER_VALUE' })
          return
        }
        expect(parseReference(referenceText(read)).repository).toBe(read.repository)
      }),
      { examples: [['B/a']] },
    )
  })

  test.each([
    ['', 'repository'],
    ['Iris', 'small letters'],
    // In small letters it would be a name on Docker Hub.
    ['Team/iris', 'small letters'],
    ['registry.example/Team/iris', 'small letters'],
    ['registry.example/a//b', 'small letters'],
    ['registry.example/a/../b', 'small letters'],
    ['registry.example:port/iris', 'no host'],
    ['-x.example/iris', 'no host'],
    ['iris:', 'a tag'],
    ['iris:a b', 'a tag'],
    [`iris:${'a'.repeat(129)}`, 'a tag'],
    ['iris@sha256:12', '64 hex digits'],
    [`iris@md5:${'0'.repeat(32)}`, '64 hex digits'],
    [`registry.example/${'a'.repeat(250)}`, '255'],
    ['https://registry.example/iris', 'no host'],
  ])('%s is refused', (text, reason) => {
    expect(() => parseReference(text)).toThrow(reason)
  })

  test('names its manifest by the digest, else by the tag', () => {
    expect(manifestKey(parseReference('iris'))).toBe('latest')
    expect(manifestKey(parseReference('iris:3'))).toBe('3')
    expect(manifestKey(parseReference(`iris:3@${DIGEST}`))).toBe(DIGEST)
  })

  test('is reached by plain HTTP on this machine alone', () => {
    expect(registryOrigin(parseReference('localhost:5000/iris'))).toBe('http://localhost:5000')
    expect(registryOrigin(parseReference('127.0.0.1:5000/iris'))).toBe('http://127.0.0.1:5000')
    expect(registryOrigin(parseReference('[::1]:5000/iris'))).toBe('http://[::1]:5000')
    expect(registryOrigin(parseReference('localhost.example/iris'))).toBe('https://localhost.example')
    expect(registryOrigin(parseReference('registry.example/iris'))).toBe('https://registry.example')
    expect(registryOrigin(parseReference('registry.example/iris'), true)).toBe('http://registry.example')
    expect(registryOrigin(parseReference('iris'), true)).toBe('https://registry-1.docker.io')
  })
})
