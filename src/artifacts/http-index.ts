import type { FolderEntry } from './folder-walk.ts'

/** `<a … href="…">`, quoted either way or not at all. */
const LINK = /<a\s(?:[^>]*?\s)?href\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))/gi

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

/**
 * The files and folders that an index page of a web server links to: those that lie directly beneath it. Python's
 * http.server, nginx and Apache write such pages; their links to the folder above and to other orders are left out.
 * @param url of the page, with `/` at the end
 */
export function linksBeneath(page: string, url: string): readonly FolderEntry[] {
  const entries = new Map<string, FolderEntry>()
  for (const [, double, single, bare] of page.matchAll(LINK)) {
    const entry = entryOf(decodeEntities(double ?? single ?? bare ?? '').trim(), url)
    if (entry !== undefined) entries.set(entry.name, entry)
  }
  return [...entries.values()]
}

function entryOf(href: string, url: string): FolderEntry | undefined {
  const target = href === '' ? null : URL.parse(href, url)
  if (target === null || target.search !== '' || target.hash !== '') return undefined
  const place = target.origin + target.pathname
  if (!place.startsWith(url)) return undefined
  const [, encoded, slash] = /^([^/]+)(\/?)$/.exec(place.slice(url.length)) ?? []
  const name = encoded === undefined ? undefined : decoded(encoded)
  return name === undefined ? undefined : { name, isFolder: slash === '/', bytes: undefined }
}

function decodeEntities(text: string): string {
  return text.replace(/&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|(\w+));/gi, (all, decimal, hex, name) => {
    if (name !== undefined) return ENTITIES[name] ?? all
    const point = decimal === undefined ? Number.parseInt(hex, 16) : Number(decimal)
    return point <= 0x10ffff ? String.fromCodePoint(point) : all
  })
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}
