import { DockerfileParser } from 'dockerfile-ast'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { dockerfileText } from '../../../src/image/dockerfile/dockerfile-text.ts'
import { configOf, type ImageModel } from '../../../src/image/image-config-of.ts'

const IRIS: ImageModel = { name: 'iris', uri: 'models:/iris/3', version: '3', runId: 'r1' }

function textFor(model: ImageModel, base = 'node:24-slim'): string {
  const config = configOf({ platform: 'linux/amd64', version: '0.1.0', model })
  return dockerfileText({ config, base, trees: ['onnxruntime', 'headrace', 'model'] })
}

function keywordsOf(text: string): readonly string[] {
  return DockerfileParser.parse(text)
    .getInstructions()
    .map((instruction) => instruction.getKeyword())
}

/** Pieces of which values are made that would be dangerous without quotes. */
const HOSTILE = [
  ...[
    "'",
    '"',
    '\\',
    '$',
    `\${HOME}`,
    '$(id)',
    '`',
    ' ',
    '=',
    '#',
    '\\ ',
    '<<EOF',
    "'\\''",
    'é',
    '\u{1f600}',
  ],
  ...['RUN', 'USER root', 'FROM x', '\\"', '--', '&&', '|', '%s'],
]
const hostileText = fc
  .array(fc.oneof(fc.constantFrom(...HOSTILE), fc.string()), { maxLength: 8 })
  .map(printable)

function printable(pieces: readonly string[]): string {
  return pieces.join('').replace(/[\p{Cc}\u2028\u2029]/gu, '')
}

test('lets BuildKit make the working folder for the user, who is named before it', () => {
  const keywords = keywordsOf(textFor(IRIS))
  expect(keywords.indexOf('USER')).toBeLessThan(keywords.indexOf('WORKDIR'))
})

test('serves the model without root, and asks whether it does', () => {
  const lines = textFor(IRIS).split('\n')
  expect(lines).toContain(`FROM --platform=linux/amd64 \${BASE}`)
  expect(lines).toContain('COPY model/ /')
  expect(lines).toContain("ENV HEADRACE_MODEL_URI='iris=/opt/ml/model'")
  expect(lines).toContain('USER 1000:1000')
  expect(lines).toContain('ENTRYPOINT ["/usr/local/bin/node","/opt/headrace/main.js"]')
  expect(lines).toContain('CMD ["serve"]')
  expect(lines.find((line) => line.startsWith('HEALTHCHECK'))).toMatch(
    /"\/opt\/headrace\/healthcheck\.js"\]$/,
  )
})

test('runs nothing while it is built', () => {
  expect(keywordsOf(textFor(IRIS))).not.toContain('RUN')
})

describe('whatever a model is called', () => {
  const usual = keywordsOf(textFor(IRIS))

  test('there is no other instruction, and each is one line', () => {
    fc.assert(
      fc.property(hostileText, hostileText, hostileText, (name, uri, version) => {
        const text = textFor({ ...IRIS, name, uri, version })
        expect(keywordsOf(text)).toEqual(usual)
        expect(text.split('\n')).toHaveLength(textFor(IRIS).split('\n').length)
      }),
    )
  })

  test('each of its labels is one word, all of it quoted', () => {
    fc.assert(
      fc.property(hostileText, (name) => {
        const labels = textFor({ ...IRIS, name })
          .split('\n')
          .filter((line) => line.startsWith('LABEL '))
        for (const label of labels) expect(label).toMatch(/^LABEL [\w./-]+=(?:'[^']*'|"'")+$/)
      }),
    )
  })

  test.each(['\n', '\r', '\0', '\u2028', '\u0085', '\u001b'])('it ends no line: %j', (character) => {
    expect(() => textFor({ ...IRIS, name: `a${character}RUN true` })).toThrow(
      /The label [\w.]+ has line breaks or control characters/,
    )
  })
})

test.each(['', 'node 24', 'node:24"', 'node\nRUN true', '$X', '-x', 'a;b'])(
  'a base is a reference: %j is none',
  (base) => {
    expect(() => textFor(IRIS, base)).toThrow(/is not a reference of an image/)
  },
)
