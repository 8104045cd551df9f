import { ServingError } from '../../core/errors.ts'

/** One page of what a search found, in its order. */
export interface Page<T> extends ReadonlyArray<T> {
  /** Of the page that follows; undefined for the last. */
  readonly nextPageToken: string | undefined
}

export function pageOf<T>(items: readonly T[], nextPageToken: string | undefined): Page<T> {
  return Object.assign([...items], { nextPageToken: nextPageToken || undefined })
}

/**
 * What all pages hold, one after the other; a page is asked for when the one before it is used up.
 * @param ask gives the page with this token; undefined asks for the first
 * @throws ServingError INVALID_STATE where a server gives a token twice: its pages would never end
 */
export async function* eachOf<T>(
  ask: (pageToken: string | undefined) => Promise<Page<T>>,
  first?: string,
): AsyncGenerator<T, void, undefined> {
  const seen = new Set<string>()
  let token = first
  do {
    const page = await ask(token)
    yield* page
    token = page.nextPageToken
    if (token === undefined) return
    if (seen.has(token)) throw new ServingError('INVALID_STATE', "The server's pages do not come to an end")
    seen.add(token)
  } while (true)
}
