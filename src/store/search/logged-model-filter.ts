import { invalidParameter } from '../../core/errors.ts'
import { pythonTextRepr } from '../../core/python-repr.ts'
import { joinListClauses } from './clause-parts.ts'
import {
  isOneOf,
  LIST_COMPARATORS,
  type ListComparator,
  type NumericComparator,
  TEXT_COMPARATORS,
  type TextComparator,
} from './comparators.ts'
import { isAnd, requireFewClauses } from './filter-language.ts'
import { type ClauseParts, type Part, parse } from './grammar.ts'
import { isNumeric, type LoggedModelField, loggedModelField } from './logged-model-fields.ts'
import { tupleRepr } from './python-collections.ts'
import { readPythonList } from './python-list.ts'

/** A condition of a filter of logged models. */
export type LoggedModelClause = NumericClause | TextClause

export interface NumericClause extends LoggedModelField {
  readonly kind: 'number'
  readonly comparator: NumericComparator
  readonly value: number
}

export interface TextClause extends LoggedModelField {
  readonly kind: 'text'
  readonly comparator: TextComparator | ListComparator
  readonly value: string | readonly string[]
}

/**
 * Reads a filter of logged models, whose language is a little different from that of all other things: the quotes
 * around texts may be left out.
 * @throws ServingError INVALID_PARAMETER_VALUE
 */
export function readLoggedModelFilter(filter: string | undefined): readonly LoggedModelClause[] {
  if (filter === undefined || filter === '') return []
  const parts = parse(filter)
  if (parts === 'unreadable') {
    throw invalidParameter(`Invalid filter string: ${pythonTextRepr(filter)}. It is too long or too deep.`)
  }
  if (typeof parts === 'string') {
    throw invalidParameter(
      `Invalid filter string: ${pythonTextRepr(filter)}. Expected a single SQL expression.`,
    )
  }
  const clauses = joinListClauses(filter, parts).flatMap((part) => clauseOf(filter, part))
  requireFewClauses(clauses.length)
  return clauses
}

function clauseOf(filter: string, part: Part): readonly LoggedModelClause[] {
  if (part.clause !== undefined) return [readClause(filter, part.clause)]
  if (isAnd(part, filter.slice(part.start, part.end))) return []
  throw invalidParameter(
    `Invalid filter string: ${pythonTextRepr(filter)}. Expected a list of comparisons separated by 'AND' ` +
      `(e.g. 'metrics.loss > 0.1 AND params.lr = 0.01').`,
    { position: part.start },
  )
}

function readClause(filter: string, { left, comparator, right }: ClauseParts): LoggedModelClause {
  const slice = (part: Part) => filter.slice(part.start, part.end)
  if (right === undefined) {
    throw invalidParameter(
      `Invalid comparison: ${slice(left)}${comparator}. Expected a comparison with 3 tokens.`,
    )
  }
  const field = loggedModelField(slice(left))
  const upper = comparator.toUpperCase()
  if (isNumeric(field)) {
    const known = requireOneOf(field, upper, NUMERIC)
    return { kind: 'number', ...field, comparator: known, value: numberOf(field, slice(right)) }
  }
  const known = requireOneOf(field, upper, TEXTUAL)
  const value = right.kind === 'list' ? textsOf(field, slice(right)) : slice(right).replace(/^'+|'+$/g, '')
  return { kind: 'text', ...field, comparator: known, value }
}

const NUMERIC = ['<', '<=', '>', '>=', '=', '!='] as const
const TEXTUAL = [...TEXT_COMPARATORS, ...LIST_COMPARATORS] as const

function requireOneOf<Comparator extends string>(
  { entity, key }: LoggedModelField,
  comparator: string,
  allowed: readonly Comparator[],
): Comparator {
  if (isOneOf(comparator, allowed)) return comparator
  throw invalidParameter(
    `Invalid comparison operator for ${entity}.${key}: ${pythonTextRepr(comparator)}. ` +
      `Expected one of ${tupleRepr(allowed)}.`,
  )
}

function numberOf({ entity, key }: LoggedModelField, text: string): number {
  if (/^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(text)) return Number(text)
  if (/^inf(?:inity)?$/i.test(text)) return Number.POSITIVE_INFINITY
  if (/^nan$/i.test(text)) return Number.NaN
  throw invalidParameter(`Expected a number for ${entity}.${key}. Got value ${text}`)
}

function textsOf({ entity, key }: LoggedModelField, text: string): readonly string[] {
  const items = readPythonList(text)?.map((item) => (typeof item === 'string' ? item : item.number))
  if (items !== undefined && items.length > 0) return items
  throw invalidParameter(
    `Expected a non-empty list of quoted string values for ${entity}.${key}. Got ${text}`,
  )
}
