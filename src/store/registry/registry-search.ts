import type { SearchTexts } from '../search/compiled-search.ts'

/** A search of the registry as the REST API asks it. */
export interface RegistrySearch extends SearchTexts {
  readonly maxResults: number
  /** From the page before; undefined or empty for the first one. */
  readonly pageToken?: string | undefined
}
