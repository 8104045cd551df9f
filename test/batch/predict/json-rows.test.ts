import { describe, expect, it } from 'vitest'
import { JsonRows } from '../../../src/batch/predict/json-rows.ts'

const rowsOf = (text: string) => new JsonRows(Buffer.from(text))

describe('the rows of a block of JSON', () => {
  it('are its elements, each with its own text', () => {
    const rows = rowsOf(' {"a": 1, "b": "x,y"} ,{"a": [2, 3]},{}')
    expect(rows.count).toBe(3)
    expect([0, 1, 2].map((row) => rows.jsonOf(row))).toEqual(['"a": 1, "b": "x,y"', '"a": [2, 3]', ''])
    expect(Buffer.from(rows.part(1, 3).elements).toString()).toBe('{"a": [2, 3]},{}')
  })

  it('take one line each, however the document is laid out', () => {
    const document = JSON.stringify([{ a: 1, b: { c: 'two\nlines' } }], undefined, 2)
    const text = rowsOf(document.slice(1, -1)).jsonOf(0)
    expect(text).not.toMatch(/[\r\n]/)
    expect(JSON.parse(`{${text}}`)).toEqual({ a: 1, b: { c: 'two\nlines' } })
    expect(rowsOf('{\r\n"a":\r1}').jsonOf(0)).toBe('"a": 1')
  })

  it('have no members where they are no objects', () => {
    expect(rowsOf('[1, 2]').jsonOf(0)).toBeUndefined()
  })
})
