import { isAbsolute, join, relative } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { checkModelPaths } from '../../../src/registry-client/cache/model-paths.ts'

const URI = 'mlflow-artifacts:/1/model'

function check(...paths: readonly string[]): void {
  checkModelPaths(
    paths.map((path) => ({ path, bytes: 1 })),
    URI,
  )
}

describe('paths of a model', () => {
  test.each([
    'MLmodel',
    'a/b/c.onnx',
    '.hidden',
    '..a',
    'a..b/…',
    'données/模型.bin',
    'a b/c d',
    'ab:c',
    'aux',
  ])('may be %s', (path) => expect(() => check('other', path)).not.toThrow())

  test('may have as many folders and as long names as file systems take', () => {
    check('x'.repeat(255), Array(32).fill('a').join('/'), `${'é'.repeat(127)}`)
  })

  test.each([
    ['..', "the part '..'"],
    ['../x', "the part '..'"],
    ['a/../../x', "the part '..'"],
    ['a/..', "the part '..'"],
    ['.', "the part '.'"],
    ['a/./b', "the part '.'"],
    ['', 'is empty'],
    ['/etc/passwd', 'is absolute'],
    ['//host/share', 'is absolute'],
    ['a//b', 'an empty part'],
    ['a/', 'an empty part'],
    ['C:\\x', 'a backslash'],
    ['..\\x', 'a backslash'],
    ['C:/x', 'names a drive'],
    ['a/c:x', 'names a drive'],
    ['a\0b', 'control characters'],
    ['a\nb', 'control characters'],
    ['a\x7fb', 'control characters'],
    ['a\u009bb', 'control characters'],
    ['a\ud800b', 'is not Unicode'],
    ['a./b', 'a dot or a space'],
    ['a /b', 'a dot or a space'],
    ['...', 'a dot or a space'],
    ['x'.repeat(256), 'longer than 255 bytes'],
    ['é'.repeat(128), 'longer than 255 bytes'],
    [Array(33).fill('a').join('/'), 'deeper than 32'],
    [Array(20).fill('x'.repeat(200)).join('/'), 'longer than 2048 bytes'],
  ])('may not be %j', (path, fault) => {
    expect(() => check('MLmodel', path)).toThrow(fault)
  })

  test.each([
    [['a', 'A'], 'differs only in case'],
    [['é', 'e\u0301'], 'Unicode form'],
    [['straße', 'STRASSE'], 'differs only in case'],
    [['s', '\u017f'], 'differs only in case'],
    [['k', '\u212a'], 'differs only in case'],
    [['Data/a', 'data/b'], 'differs only in case'],
    [['a', 'a'], 'listed twice'],
    [['a', 'a/b'], 'is a file and a folder'],
    [['a/b', 'a'], 'is a file and a folder'],
    [['a/b', 'A'], 'differs only in case'],
  ])('may not be these together: %j', (paths, fault) => {
    expect(() => check(...paths)).toThrow(fault)
  })

  test('may be 10,000 and no more', () => {
    const paths = Array.from({ length: 10_000 }, (_, index) => `folder/${index}`)
    check(...paths)
    expect(() => check(...paths, 'one more')).toThrow('lists 10001 files')
  })

  test('are told in a message that they can neither fill nor steer', () => {
    const path = `\x1b]0;title\x07${'x'.repeat(5000)}\n`
    expect(() => check(path)).toThrow(/^[\x20-\x7e…]{1,400}$/)
    expect(() => check(path)).toThrow(expect.objectContaining({ code: 'INVALID_PARAMETER_VALUE' }))
  })
})

/** Texts made of the pieces that break path rules, far likelier than random ones. */
const nastyPath = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        '..',
        '.',
        '/',
        '\\',
        'a',
        'A',
        'b',
        ' ',
        '\0',
        'C:',
        '~',
        '%2e%2e',
        '%2f',
        'é',
        'e\u0301',
      ),
      fc.string({ unit: 'binary', maxLength: 3 }),
    ),
    { maxLength: 8 },
  )
  .map((pieces) => pieces.join(''))

describe('paths that are not refused', () => {
  test('stay in their folder, as they are written, on Linux and on Windows', () => {
    fc.assert(
      fc.property(nastyPath, (path) => {
        if (isRefused([path])) return
        const inside = relative('/cache/tree', join('/cache/tree', path))
        expect(inside).toBe(path)
        expect(isAbsolute(inside)).toBe(false)
        expect(path).not.toMatch(/[\0\\]|^[a-z]:|(^|\/)\.\.(\/|$)/i)
      }),
      { numRuns: 2000 },
    )
  })

  test('are as many files in one tree, whether or not a file system knows case and Unicode forms', () => {
    fc.assert(
      fc.property(fc.array(nastyPath, { minLength: 2, maxLength: 4 }), (paths) => {
        if (isRefused(paths)) return
        const alike = paths.map((path) => path.normalize('NFD').toLowerCase())
        expect(new Set(alike).size).toBe(paths.length)
        for (const path of alike) expect(alike.some((other) => other.startsWith(`${path}/`))).toBe(false)
      }),
      { numRuns: 2000 },
    )
  })
})

function isRefused(paths: readonly string[]): boolean {
  try {
    check(...paths)
    return false
  } catch {
    return true
  }
}
