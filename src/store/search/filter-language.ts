import { invalidParameter } from '../../core/errors.ts'
import { pythonTextRepr } from '../../core/python-repr.ts'
import { type Clause, type ClauseEntity, type ClauseValue, MOST_CLAUSES } from './clause.ts'
import { joinListClauses } from './clause-parts.ts'
import { type NotOneStatement, type Part, type PartKind, parse } from './grammar.ts'

/** The left side of a clause. */
export interface Field {
  readonly entity: ClauseEntity
  readonly key: string
}

/** The right side of a clause, as it was written. */
export interface WrittenValue {
  readonly kind: PartKind
  readonly text: string
}

/** How the filters of one kind of thing are read, and which errors they give: those of MLflow 3.17.2. */
export interface FilterLanguage {
  /** @throws ServingError INVALID_PARAMETER_VALUE for a field that is not known */
  field(written: string): Field
  /** @throws ServingError INVALID_PARAMETER_VALUE for a value that the field cannot have */
  value(field: Field, written: WrittenValue): ClauseValue
  /** @throws ServingError INVALID_PARAMETER_VALUE for a field that cannot be asked for NULL */
  requireNullable(field: Field): void
  /** How the parts of a filter that are no clauses are shown. */
  showInvalid(text: string): string
}

/**
 * Reads a filter, whose clauses all have to hold.
 * @throws ServingError INVALID_PARAMETER_VALUE
 */
export function readFilter(language: FilterLanguage, filter: string | undefined): readonly Clause[] {
  if (filter === undefined || filter === '') return []
  const parts = topOf(filter)
  const slice = ({ start, end }: Part) => filter.slice(start, end)
  const invalid = parts.filter((part) => part.clause === undefined && !isAnd(part, slice(part)))
  if (invalid[0] !== undefined) {
    const shown = invalid.map((part) => language.showInvalid(slice(part)))
    throw invalidParameter(`Invalid clause(s) in filter string: ${shown.join(', ')}`, {
      position: invalid[0].start,
    })
  }
  const clauses = parts.flatMap((part) => (part.clause === undefined ? [] : [part.clause]))
  requireFewClauses(clauses.length)
  return clauses.map(({ left, comparator, right }) => {
    if (left.kind !== 'identifier') {
      throw invalidParameter(`Invalid comparison clause. Expected 'Identifier' found '${slice(left)}'`, {
        position: left.start,
      })
    }
    const field = language.field(slice(left))
    if (right !== undefined) {
      return { ...field, comparator, value: language.value(field, { kind: right.kind, text: slice(right) }) }
    }
    language.requireNullable(field)
    return { ...field, comparator, value: undefined }
  })
}

/** @throws ServingError INVALID_PARAMETER_VALUE */
export function requireFewClauses(count: number): void {
  if (count <= MOST_CLAUSES) return
  throw invalidParameter(`A filter can have at most ${MOST_CLAUSES} clauses. Got ${count}.`)
}

export function isAnd(part: Part, text: string): boolean {
  return part.kind === 'keyword' && text.toUpperCase() === 'AND'
}

function topOf(filter: string): readonly Part[] {
  const parts = parse(filter)
  if (typeof parts === 'string') throw invalidParameter(NOT_ONE_STATEMENT[parts](filter))
  return joinListClauses(filter, parts)
}

const NOT_ONE_STATEMENT: Readonly<Record<NotOneStatement, (filter: string) => string>> = {
  unreadable: (filter) => `Error on parsing filter '${filter}'`,
  nothing: (filter) => `Invalid filter '${filter}'. Could not be parsed.`,
  several: (filter) =>
    `Search filter contained multiple expression ${pythonTextRepr(filter)}. Provide AND-ed expression list.`,
}
