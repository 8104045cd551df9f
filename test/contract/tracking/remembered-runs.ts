/** A run as the test remembers it, to say by itself what a search must find. */
export interface RememberedRun {
  readonly runId: string
  readonly name: string
  readonly userId: string
  readonly startTime: number
  readonly metrics: ReadonlyMap<string, number>
  readonly params: ReadonlyMap<string, string>
  readonly tags: ReadonlyMap<string, string>
}

export type SearchedField =
  | { readonly of: 'metrics' | 'params' | 'tags'; readonly key: string }
  | { readonly of: 'attributes'; readonly key: 'run_name' | 'user_id' | 'start_time' }

export interface SearchedClause {
  readonly field: SearchedField
  readonly comparator: string
  readonly value: string | number | undefined
}

export interface SearchedOrder {
  readonly field: SearchedField
  readonly ascending: boolean
}

export function fieldText({ of, key }: SearchedField): string {
  return `${of}.\`${key}\``
}

export function clauseText({ field, comparator, value }: SearchedClause): string {
  const shown = typeof value === 'string' ? ` '${value}'` : value === undefined ? '' : ` ${value}`
  return `${fieldText(field)} ${comparator}${shown}`
}

export function orderText({ field, ascending }: SearchedOrder): string {
  return `${fieldText(field)} ${ascending ? 'ASC' : 'DESC'}`
}

function valueIn(run: RememberedRun, { of, key }: SearchedField): string | number | undefined {
  if (of !== 'attributes') return run[of].get(key)
  if (key === 'start_time') return run.startTime
  return key === 'run_name' ? run.name : run.userId
}

export function holds(run: RememberedRun, { field, comparator, value }: SearchedClause): boolean {
  const found = valueIn(run, field)
  if (comparator === 'IS NULL') return found === undefined
  if (found === undefined) return false
  if (typeof found === 'number') return holdsForNumber(found, comparator, Number(value))
  switch (comparator) {
    case 'IS NOT NULL':
      return true
    case '=':
      return found === value
    case '!=':
      return found !== value
    default:
      return patternOf(String(value), comparator === 'ILIKE').test(found)
  }
}

function holdsForNumber(found: number, comparator: string, value: number): boolean {
  switch (comparator) {
    case '=':
      return found === value
    case '!=':
      return found !== value
    case '<':
      return found < value
    case '<=':
      return found <= value
    case '>':
      return found > value
    default:
      return found >= value
  }
}

function patternOf(pattern: string, anyCase: boolean): RegExp {
  const body = pattern
    .replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
    .replaceAll('%', '[^]*')
    .replaceAll('_', '[^]')
  return new RegExp(`^${body}$`, anyCase ? 'iu' : 'u')
}

/** In this order, then the last started first, then by id; missing values last, before them what is no number. */
export function ordered(runs: readonly RememberedRun[], orders: readonly SearchedOrder[]): RememberedRun[] {
  return [...runs].sort((a, b) => {
    for (const order of orders) {
      const difference = compare(valueIn(a, order.field), valueIn(b, order.field), order.ascending)
      if (difference !== 0) return difference
    }
    return b.startTime - a.startTime || (a.runId < b.runId ? -1 : 1)
  })
}

type Value = string | number | undefined

function compare(a: Value, b: Value, ascending: boolean): number {
  const missing = rank(a) - rank(b)
  if (missing !== 0 || a === undefined || b === undefined || rank(a) > 0) return missing
  if (a === b) return 0
  return a < b === ascending ? -1 : 1
}

function rank(value: Value): number {
  if (value === undefined) return 2
  return Number.isNaN(value) ? 1 : 0
}
