import { expect, test } from 'vitest'
import { commaSeparated, sql } from '../../src/store/sql/sql.ts'

const dollar = (position: number) => `$${position}`

test('values become parameters, in order, whatever they hold', () => {
  const name = `'; DROP TABLE "runs"`
  expect(sql`SELECT * FROM "runs" WHERE "name" = ${name} AND "status" = ${null}`.compile(dollar)).toEqual({
    text: 'SELECT * FROM "runs" WHERE "name" = $1 AND "status" = $2',
    values: [name, null],
  })
})

test('parts are put in with their parameters counted on', () => {
  const condition = sql`"workspace" = ${'default'} AND "name" = ${'iris'}`
  expect(sql`SELECT ${1} WHERE ${condition} AND "version" = ${3}`.compile(dollar)).toEqual({
    text: 'SELECT $1 WHERE "workspace" = $2 AND "name" = $3 AND "version" = $4',
    values: [1, 'default', 'iris', 3],
  })
})

test('a list is separated by commas', () => {
  expect(sql`"key" IN (${commaSeparated(['a', 'b', 'c'])})`.compile(() => '?').text).toBe(
    '"key" IN (?, ?, ?)',
  )
  expect(sql`(${commaSeparated(['a'])})`.compile(() => '?').text).toBe('(?)')
  expect(sql`(${commaSeparated([])})`.compile(() => '?').text).toBe('()')
})
