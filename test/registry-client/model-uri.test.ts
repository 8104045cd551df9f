import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { canonicalModelUri, parseModelUri } from '../../src/registry-client/model-uri.ts'

const ID = `m-${'0123456789abcdef'.repeat(2)}`

describe('a model URI', () => {
  test.each([
    ['models:/iris/3', { kind: 'version', name: 'iris', version: '3' }],
    ['models:/iris/0007', { kind: 'version', name: 'iris', version: '7' }],
    ['models:/iris@champion', { kind: 'alias', name: 'iris', alias: 'champion' }],
    ['models:/a@b@c', { kind: 'alias', name: 'a@b', alias: 'c' }],
    ['models:/iris@1', { kind: 'alias', name: 'iris', alias: '1' }],
    ['models:/iris@latest', { kind: 'alias', name: 'iris', alias: 'latest' }],
    ['models:/iris/latest', { kind: 'latest', name: 'iris' }],
    ['models:/iris/LATEST', { kind: 'latest', name: 'iris' }],
    ['models:/iris/Staging', { kind: 'stage', name: 'iris', stage: 'Staging' }],
    ['models:/iris/production', { kind: 'stage', name: 'iris', stage: 'Production' }],
    ['models:/iris/none', { kind: 'stage', name: 'iris', stage: 'None' }],
    ['models:/iris/champion', { kind: 'alias', name: 'iris', alias: 'champion' }],
    ['models:///iris/3', { kind: 'version', name: 'iris', version: '3' }],
    ['MODELS:/iris/3', { kind: 'version', name: 'iris', version: '3' }],
    ['models:/über modell/3', { kind: 'version', name: 'über modell', version: '3' }],
    ['models:/a%2eb/3', { kind: 'version', name: 'a%2eb', version: '3' }],
    ['models:/a#b/3', { kind: 'version', name: 'a#b', version: '3' }],
    ['models:/iris/3?x=y', { kind: 'version', name: 'iris', version: '3' }],
    [`models:/${ID}`, { kind: 'logged-model', modelId: ID }],
    ['models:/m-1@champion', { kind: 'alias', name: 'm-1', alias: 'champion' }],
    ['./model', { kind: 'path', path: './model' }],
    ['/a/model.onnx', { kind: 'path', path: '/a/model.onnx' }],
    ['model', { kind: 'path', path: 'model' }],
    ['file:///a/b%20c', { kind: 'path', path: '/a/b c' }],
    ['file:/a/b', { kind: 'path', path: '/a/b' }],
    ['file://localhost/a', { kind: 'path', path: '/a' }],
  ])('%s is understood', (uri, expected) => {
    expect(parseModelUri(uri)).toEqual(expected)
  })

  test.each([
    '',
    'models:',
    'models:/',
    'models:iris/3',
    'models:/iris',
    'models:/ /3',
    'models:/iris/',
    'models:/iris/ ',
    'models:/iris@',
    'models:/@champion',
    'models:/iris/3/sub',
    'models:/m-123',
    `models:/${ID.toUpperCase()}`,
    'file:relative',
    'file://host/a',
    'file:///a?b',
    'file:///a#../../etc',
    'unknown:/x',
  ])('%j is refused', (uri) => {
    expect(() => parseModelUri(uri)).toThrow(expect.objectContaining({ code: 'INVALID_PARAMETER_VALUE' }))
  })

  test.each([
    ['runs:/abc/model', { kind: 'run', runId: 'abc', path: 'model' }],
    ['runs:/abc/a/model/', { kind: 'run', runId: 'abc', path: 'a/model' }],
    ['runs:/abc', { kind: 'run', runId: 'abc', path: '' }],
    ['mlflow-artifacts:/0/x/', { kind: 'artifacts', uri: 'mlflow-artifacts:/0/x' }],
    ['mlflow-artifacts://host:5000/x', { kind: 'artifacts', uri: 'mlflow-artifacts://host:5000/x' }],
    ['http://host/model', { kind: 'artifacts', uri: 'http://host/model' }],
    ['https://host/a b', { kind: 'artifacts', uri: 'https://host/a%20b' }],
    ['https://host/model/', { kind: 'artifacts', uri: 'https://host/model' }],
    ['https://host/web/model.json', { kind: 'artifacts', uri: 'https://host/web' }],
  ])('%s names artifacts', (uri, expected) => {
    expect(parseModelUri(uri)).toEqual(expected)
  })

  test.each([
    ['runs:abc/model', 'INVALID_PARAMETER_VALUE'],
    ['runs:/', 'INVALID_PARAMETER_VALUE'],
    ['runs:/abc/../x', 'INVALID_PARAMETER_VALUE'],
    ['mlflow-artifacts:/', 'INVALID_PARAMETER_VALUE'],
    ['mlflow-artifacts:/a/../b', 'INVALID_PARAMETER_VALUE'],
    ['mlflow-artifacts://5000/a', 'INVALID_PARAMETER_VALUE'],
    ['http://', 'INVALID_PARAMETER_VALUE'],
    ['http://host/model?token=secret', 'INVALID_PARAMETER_VALUE'],
    ['https://ann:a/secret@host/model', 'INVALID_PARAMETER_VALUE'],
    ['mlflow-artifacts://ann:a#secret@host/model', 'INVALID_PARAMETER_VALUE'],
    ['prompts:/hello/1', 'NOT_IMPLEMENTED'],
    ['databricks://profile', 'NOT_IMPLEMENTED'],
    ['uc:/x', 'NOT_IMPLEMENTED'],
  ])('%s is refused', (uri, code) => {
    expect(() => parseModelUri(uri)).toThrow(
      expect.objectContaining({ code, message: expect.not.stringContaining('secret') }),
    )
  })

  test('is shown without a password', () => {
    expect(canonicalModelUri(parseModelUri('https://ann:secret@host/model'))).toBe('https://host/model')
  })

  test.each([
    's3://bucket/model',
    'gs://bucket/model',
    'wasbs://x/y',
    'abfss://x/y',
    'dbfs:/x',
    'models://profile@databricks/iris/3',
  ])('%s is known, and not yet read', (uri) => {
    expect(() => parseModelUri(uri)).toThrow(expect.objectContaining({ code: 'NOT_IMPLEMENTED' }))
  })

  test('without version or alias is answered with the form for the newest version', () => {
    expect(() => parseModelUri('models:/iris')).toThrow('models:/iris/latest')
  })

  test('is the same after a turn through its canonical form', () => {
    const name = fc
      .string({ unit: 'grapheme', minLength: 1 })
      .filter((text) => /\S/.test(text) && !/[/?:]/.test(text))
    const alias = fc.stringMatching(/^[a-zA-Z_-]{1,20}$/)
    fc.assert(
      fc.property(name, alias, fc.nat(), (name, alias, version) => {
        const uris = [
          { kind: 'alias', name, alias },
          { kind: 'version', name, version: String(version) },
          { kind: 'latest', name },
        ] as const
        for (const uri of uris) expect(parseModelUri(canonicalModelUri(uri))).toEqual(uri)
      }),
    )
  })

  test('is never answered with anything but its meaning or a ServingError', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.string().map((text) => `models:/${text}`),
        ),
        (uri) => {
          try {
            parseModelUri(uri)
          } catch (error) {
            expect(error).toHaveProperty('name', 'ServingError')
          }
        },
      ),
    )
  })
})
