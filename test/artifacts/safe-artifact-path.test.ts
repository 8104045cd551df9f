import { posix } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { safeArtifactPath } from '../../src/artifacts/safe-artifact-path.ts'

const INVALID = expect.objectContaining({ code: 'INVALID_PARAMETER_VALUE', message: 'Invalid path' })

describe('the path of an artifact', () => {
  test.each([
    ['..'],
    ['../x'],
    ['a/../../x'],
    ['a/..'],
    ['%2e%2e/x'],
    ['%2E%2E%2Fx'],
    ['%252e%252e%252fx'],
    ['%25252e%25252e/x'],
    ['/etc/passwd'],
    ['//etc/passwd'],
    ['%2fetc%2fpasswd'],
    ['%252fetc'],
    ['file:///etc/passwd'],
    ['FILE:///etc/passwd'],
    ['file:etc'],
    ['file%3A///etc/passwd'],
    ['http:etc'],
    ['C:\\x'],
    ['c:/x'],
    ['\\\\host\\share\\x'],
    ['%5c%5chost%5cshare%5cx'],
    ['a#b'],
    ['a%23/../b'],
    ['\t/etc/passwd'],
    ['.\n./x'],
    [' ../x'],
    [`%${'25'.repeat(20)}2e`],
  ])('that leads elsewhere is refused: %j', (path) => {
    expect(() => safeArtifactPath(path)).toThrow(INVALID)
  })

  test.each([
    ['', ''],
    ['.', '.'],
    ['a/b.txt', 'a/b.txt'],
    ['a//b', 'a//b'],
    ['./a', './a'],
    ['...', '...'],
    ['a..b/..c', 'a..b/..c'],
    ['..;/x', '..;/x'],
    ['..\\..\\x', '..\\..\\x'],
    ['a%20b%C3%A9', 'a bé'],
    ['100%', '100%'],
    ['pct%2541', 'pctA'],
    ['a\0b', 'a%00b'],
    ['a%00b', 'a%00b'],
    ['a\x7f', 'a%7f'],
    ['Foo:bar', 'foo:bar'],
    ['a;', 'a'],
    ['a;b;', 'a;b;'],
    ['q?x?', 'q?x?'],
    ['q?', 'q'],
  ])('is decoded to its end, as in MLflow: %j is %j', (path, safe) => {
    expect(safeArtifactPath(path)).toBe(safe)
  })

  test('never leads out of the folder that it is joined to, and reads the same again', () => {
    const part = fc.constantFrom(
      ...[
        '..',
        '.',
        '/',
        '\\',
        '%2e',
        '%2f',
        '%252e',
        '%5c',
        'a',
        ';',
        '?',
        ':',
        'file:',
        ' ',
        '\0',
        '\n',
        '%00',
      ],
    )
    fc.assert(
      fc.property(fc.array(part, { maxLength: 8 }), (parts) => {
        let safe: string
        try {
          safe = safeArtifactPath(parts.join(''))
        } catch (error) {
          expect(error).toEqual(INVALID)
          return
        }
        expect(posix.join('/root', safe)).toMatch(/^\/root(\/|$)/)
        expect(safe).not.toMatch(/\0/)
        expect(safeArtifactPath(safe)).toBe(safe)
      }),
      { numRuns: 2000 },
    )
  })
})
