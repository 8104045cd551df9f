/** What a clause of a filter compares: a field of what is searched, or one of the things that belong to it. */
export type ClauseEntity = 'attribute' | 'metric' | 'parameter' | 'tag' | 'dataset'

/** An integer is a bigint, any other number a number. */
export type ClauseValue = string | number | bigint | readonly (string | number | bigint)[]

/** One condition of a filter, as it was written: whether the comparator suits the entity is not checked yet. */
export interface Clause {
  readonly entity: ClauseEntity
  readonly key: string
  readonly comparator: string
  /** Undefined where the comparator is IS NULL or IS NOT NULL. */
  readonly value: ClauseValue | undefined
}

/** Clauses of a filter beyond this number are refused: databases limit how deep a condition may be. */
export const MOST_CLAUSES = 300
