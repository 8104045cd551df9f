import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { wordsInFile } from '../../../../src/batch/input/json/words-in-file.ts'
import { temporaryFolder } from '../../../fixtures/temporary-folder.ts'

const path = join(temporaryFolder(), 'input')
/** Of which the reader takes one at a time. */
const CHUNK_BYTES = 1024 * 1024

function found(text: string, ...words: string[]): string[] {
  writeFileSync(path, text)
  return [...wordsInFile(path, words)]
}

describe('wordsInFile', () => {
  it('finds the words that are there', () => {
    expect(found('{"x": 1, "é": null}', '"x"', '"é"', '"y"')).toEqual(['"x"', '"é"'])
    expect(found('', 'x')).toEqual([])
    expect(found('x')).toEqual([])
  })

  it('finds words wherever one chunk ends and the next begins', () => {
    for (const before of [1, 2, 3, 4]) {
      expect(found(`${' '.repeat(CHUNK_BYTES - before)}null`, 'null', 'NaN')).toEqual(['null'])
    }
  })
})
