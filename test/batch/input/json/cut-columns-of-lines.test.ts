import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { cutColumnsOfLines } from '../../../../src/batch/input/json/cut-columns-of-lines.ts'
import type { ColumnType, ModelSignature } from '../../../../src/signature/model-signature.ts'
import { temporaryFolder } from '../../../fixtures/temporary-folder.ts'

const path = join(temporaryFolder(), 'input.jsonl')
/** Of which the reader takes one at a time. */
const CHUNK_BYTES = 1024 * 1024

function canCut(lines: string, type: ColumnType | undefined): boolean {
  writeFileSync(path, lines)
  if (type === undefined) return cutColumnsOfLines(path, undefined) !== undefined
  const columns = [{ name: 'x', type, required: true }]
  const signature: ModelSignature = {
    inputs: { kind: 'columns', columns },
    outputs: undefined,
    params: undefined,
    fromTypeHint: false,
  }
  return cutColumnsOfLines(path, signature) !== undefined
}

describe('cutColumnsOfLines', () => {
  it('lets lines be cut whose values have types of their own', () => {
    expect(canCut('{"x": 1}\n{"x": null}\n', 'double')).toBe(true)
    expect(canCut('{"x": "a"}\n{"x": "b"}\n', 'string')).toBe(true)
  })

  it('keeps lines together whose types are found over all of them', () => {
    expect(canCut('{"x": 1}\n{"x": 2.5}\n', undefined)).toBe(false)
    expect(canCut('{"x": "2024-01-01"}\n', 'datetime')).toBe(false)
  })

  it('keeps lines together that do not name all columns', () => {
    expect(canCut('{"y": 1}\n{"y": 2}\n', 'double')).toBe(false)
  })

  it.each(['null', 'NaN'])('keeps texts together of which one is %s, wherever it is', (word) => {
    for (const before of [0, 1, 2, 3, 4]) {
      const line = `{"x": ${word}}\n`
      const filler = ' '.repeat(CHUNK_BYTES - line.indexOf(word) - before)
      expect(canCut(`${filler}${line}{"x": "a"}\n`, 'string')).toBe(false)
    }
  })
})
