import { invalidParameter } from '../../core/errors.ts'

const LARGEST_PAGE = 50_000

/** @throws ServingError INVALID_PARAMETER_VALUE for a page size that a search of runs or experiments cannot have */
export function requirePageSize(maxResults: number): void {
  if (maxResults < 1) throw invalidSize(maxResults, 'a positive integer')
  if (maxResults > LARGEST_PAGE) throw invalidSize(maxResults, `at most ${LARGEST_PAGE}`)
}

function invalidSize(maxResults: number, rule: string): Error {
  return invalidParameter(
    `Invalid value ${maxResults} for parameter 'max_results' supplied. It must be ${rule}`,
  )
}
