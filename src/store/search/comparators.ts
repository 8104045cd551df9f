import { invalidParameter } from '../../core/errors.ts'
import { setRepr } from './python-collections.ts'

/** The comparators of MLflow's search language. */
export const NUMERIC_COMPARATORS = ['=', '!=', '>', '>=', '<', '<='] as const
export const TEXT_COMPARATORS = ['=', '!=', 'LIKE', 'ILIKE'] as const
export const LIST_COMPARATORS = ['IN', 'NOT IN'] as const
export const NULL_COMPARATORS = ['IS NULL', 'IS NOT NULL'] as const

export type NumericComparator = (typeof NUMERIC_COMPARATORS)[number]
export type TextComparator = (typeof TEXT_COMPARATORS)[number]
export type ListComparator = (typeof LIST_COMPARATORS)[number]
export type NullComparator = (typeof NULL_COMPARATORS)[number]

/** @param shown what the error shows as right, where MLflow shows something else */
export function requireComparator<Comparator extends string>(
  comparator: string,
  allowed: readonly Comparator[],
  shown: string = `${setRepr(allowed)}'`,
): Comparator {
  if (isOneOf(comparator, allowed)) return comparator
  throw invalidParameter(`Invalid comparator '${comparator}' not one of '${shown}`)
}

export function isOneOf<Text extends string>(text: string, texts: readonly Text[]): text is Text {
  return (texts as readonly string[]).includes(text)
}
