import { ServingError } from '../core/errors.ts'
import { objects, optionalText, type WireObject } from './wire.ts'

/** More entries or pages than this are taken for a server that never comes to an end. */
const MAX_ENTRIES = 1_000_000
const MAX_PAGES = 2_000

/**
 * The entries of all pages of a search, one after the other.
 * @param ask gives the page with this token; undefined asks for the first
 * @throws ServingError INVALID_STATE where the pages do not end
 */
export async function allPages(
  name: string,
  ask: (pageToken: string | undefined) => Promise<WireObject>,
): Promise<readonly WireObject[]> {
  const entries: WireObject[] = []
  const seen = new Set<string>()
  let token: string | undefined
  do {
    const page = await ask(token)
    for (const entry of objects(page, name)) entries.push(entry)
    token = optionalText(page, 'next_page_token') || undefined
    if (token === undefined) return entries
    if (seen.has(token)) break
    seen.add(token)
  } while (entries.length < MAX_ENTRIES && seen.size < MAX_PAGES)
  throw new ServingError('INVALID_STATE', `The server's pages of '${name}' do not come to an end`)
}
