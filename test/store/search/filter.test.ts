import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ServingError } from '../../../src/core/errors.ts'
import { compileExperimentSearch } from '../../../src/store/search/experiment-search.ts'
import { readFilter } from '../../../src/store/search/filter-language.ts'
import { compileLoggedModelSearch } from '../../../src/store/search/logged-model-search.ts'
import { compileModelSearch } from '../../../src/store/search/model-search.ts'
import { runLanguage } from '../../../src/store/search/run-fields.ts'
import { compileRunSearch } from '../../../src/store/search/run-search.ts'
import { compileVersionSearch } from '../../../src/store/search/version-search.ts'

/** What may stand in backticks and quotes; a quote, a backtick or a backslash within is not for every place. */
const inner = fc.string({ unit: 'grapheme', maxLength: 12 }).map((text) => text.replace(/['"`\\]/g, '-'))
const key = inner.filter((text) => text !== '')

interface WrittenClause {
  readonly text: string
  readonly clause: unknown
}

const ofText: fc.Arbitrary<WrittenClause> = fc
  .record({
    entity: fc.constantFrom(
      ['tags', 'tag'],
      ['tag', 'tag'],
      ['params', 'parameter'],
      ['parameter', 'parameter'],
    ),
    key,
    keyQuote: fc.constantFrom('`', '"'),
    comparator: fc.constantFrom('=', '!=', 'LIKE', 'ILIKE', 'like'),
    value: inner,
    valueQuote: fc.constantFrom("'", '"'),
  })
  .map(({ entity: [written, entity], keyQuote, comparator, value, valueQuote, ...rest }) => ({
    text: `${written}.${keyQuote}${rest.key}${keyQuote} ${comparator} ${valueQuote}${value}${valueQuote}`,
    clause: { entity, key: rest.key, comparator, value },
  }))

const ofNumber: fc.Arbitrary<WrittenClause> = fc
  .record({
    key,
    comparator: fc.constantFrom('=', '!=', '<', '<=', '>', '>='),
    value: fc.oneof(
      fc.integer(),
      fc.double({ min: -1e6, max: 1e6, noNaN: true }).map((value) => Number(value.toFixed(4))),
    ),
    space: fc.constantFrom('', ' ', '\n'),
  })
  .map(({ comparator, value, space, ...rest }) => ({
    text: `metrics.\`${rest.key}\`${space}${comparator}${space}${value}`,
    clause: { entity: 'metric', key: rest.key, comparator, value: value + 0 },
  }))

const ofList: fc.Arbitrary<WrittenClause> = fc
  .record({
    comparator: fc.constantFrom('IN', 'NOT IN'),
    value: fc.array(
      inner.filter((text) => !/[\r\n]/.test(text)),
      { minLength: 1, maxLength: 4 },
    ),
  })
  .map(({ comparator, value }) => ({
    text: `run_id ${comparator} (${value.map((text) => `'${text}'`).join(', ')})`,
    clause: { entity: 'attribute', key: 'run_id', comparator, value },
  }))

const ofNull: fc.Arbitrary<WrittenClause> = fc
  .record({ key, comparator: fc.constantFrom('IS NULL', 'IS NOT NULL') })
  .map(({ comparator, ...rest }) => ({
    text: `params.\`${rest.key}\` ${comparator}`,
    clause: { entity: 'parameter', key: rest.key, comparator, value: undefined },
  }))

test('clauses that are written as a filter are read as the same clauses', () => {
  const clauses = fc.array(fc.oneof(ofText, ofNumber, ofList, ofNull), { minLength: 1, maxLength: 6 })
  fc.assert(
    fc.property(clauses, fc.constantFrom(' AND ', ' and ', '\nAnd\t'), (written, and) => {
      const filter = written.map(({ text }) => text).join(and)
      expect(readFilter(runLanguage, filter)).toEqual(written.map(({ clause }) => clause))
    }),
    { numRuns: 500 },
  )
})

const COMPILED: Readonly<Record<string, (filter: string) => unknown>> = {
  runs: (filter) => compileRunSearch('postgresql', { filter }),
  experiments: (filter) => compileExperimentSearch('mysql', { filter }),
  models: (filter) => compileModelSearch('sqlite', { filter }),
  versions: (filter) => compileVersionSearch('sqlite', { filter }),
  'logged models': (filter) => compileLoggedModelSearch('postgresql', { filter }),
  'an order of runs': (text) => compileRunSearch('sqlite', { orderBy: [text] }),
  'an order of models': (text) => compileModelSearch('sqlite', { orderBy: [text] }),
}

/** Any text gives parts of a statement or an error of the client's. */
function isAnswered(read: (filter: string) => unknown, text: string): void {
  try {
    read(text)
  } catch (error) {
    expect(error).toBeInstanceOf(ServingError)
    expect(error).toMatchObject({ code: 'INVALID_PARAMETER_VALUE' })
  }
}

describe.each(Object.entries(COMPILED))('a text for %s', (_, read) => {
  const piece = fc.constantFrom(
    ...[
      'metrics.a',
      'tags."b"',
      'name',
      'params.`c`',
      '`',
      "'",
      '"',
      '(',
      ')',
      ';',
      ',',
      '.',
      '\\',
      '--',
      '/*',
      '*/',
    ],
    ...[
      '=',
      '!=',
      '<',
      ' LIKE ',
      ' IN ',
      ' NOT ',
      ' IS ',
      ' NULL',
      ' AND ',
      ' ',
      '\n',
      '1',
      "'x'",
      '-1.5e3',
      '0x1F',
    ],
    ...[
      "('a', 'b')",
      '?',
      '::',
      '[',
      ']',
      '$a$',
      '%s',
      '\u0000',
      '\ud800',
      'é',
      '😀',
      'DESC',
      'timestamp',
      '1e999',
    ],
  )

  test('is compiled or refused, whatever it is', () => {
    const text = fc.oneof(
      fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join('')),
      fc.string(),
    )
    fc.assert(
      fc.property(text, (each) => isAnswered(read, each)),
      { numRuns: 300 },
    )
  })

  test.each([
    ['quotes that do not end', `name = '${'a'.repeat(200_000)}`],
    ['escaped quotes', `name = '${"\\'".repeat(100_000)}`],
    ['comments that do not end', '/*'.repeat(100_000)],
    ['brackets in brackets', '('.repeat(50_000)],
    ['brackets that end', `${'('.repeat(50_000)}${')'.repeat(50_000)}`],
    ['one long word', 'a'.repeat(500_000)],
    ['one long number', `metrics.a = ${'9'.repeat(500_000)}`],
    ['dots', 'a.'.repeat(100_000)],
    ['operators', 'a+'.repeat(100_000)],
    ['a long list', `name IN (${"'a',".repeat(50_000)})`],
    ['white space', ' '.repeat(500_000)],
    ['backslashes', `name LIKE '${'\\'.repeat(100_000)}'`],
  ])('of any length is compiled or refused soon: %s', (__, text) => {
    isAnswered(read, text)
  })
})
