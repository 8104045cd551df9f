import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { namesInRecords } from '../../../../src/batch/input/json/names-in-records.ts'
import { temporaryFolder } from '../../../fixtures/temporary-folder.ts'

function namesIn(...records: object[]): readonly string[] {
  const path = join(temporaryFolder(), 'rows.jsonl')
  writeFileSync(path, records.map((record) => `${JSON.stringify(record)}\n`).join(''))
  return namesInRecords(path, ['label', 'probability'])
}

describe('the names of outputs that records have', () => {
  it('are none where no record has one', () => {
    expect(namesIn({ labels: 1, 'a.label': 2 })).toEqual([])
  })

  it('are those that any record has', () => {
    expect(namesIn({ a: 1 }, { label: 1 })).toEqual(['label'])
    expect(namesIn({ 'probability.0': 1 })).toEqual(['probability.'])
  })

  it('are also those that would be taken in their place', () => {
    expect(namesIn({ label: 1, 'label.predicted': 2 })).toEqual(['label', 'label.predicted'])
  })
})
