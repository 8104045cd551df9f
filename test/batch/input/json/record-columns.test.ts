import { describe, expect, it } from 'vitest'
import { withColumns } from '../../../../src/batch/input/json/record-columns.ts'

function filled(elements: string, ...columns: string[]): string {
  return Buffer.from(withColumns(Buffer.from(elements), columns)).toString()
}

describe('withColumns', () => {
  it('gives the first record all columns, before its own values', () => {
    expect(filled(' {"b": 1}, {}', 'a', 'b')).toBe(' {"a": NaN, "b": NaN, "b": 1}, {}')
  })

  it('gives them to a record that has none', () => {
    expect(filled('{ }', 'a"b')).toBe('{"a\\"b": NaN }')
  })
})
