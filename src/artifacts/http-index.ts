import type { FolderEntry } from './folder-walk.ts'

/**
 * `<a … href="…">`, quoted either way or not at all. What comes before `href` ends at the next `<`, so that a page of
 * nothing but beginnings is not read over and over.
 */
const LINK = /<a\s(?:[^<>]*?\s)?href\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))/gi

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

/**
 * The files and folders that an index page of a web server links to: those that lie directly beneath it. Python's
 * http.server, nginx and Apache write such pages; their links to the folder above and to other orders are left out.
 * @param url of the page, with `/` at the end
 */
export function linksBeneath(page: string, url: string): readonly FolderEntry[] {
  const base = new URL(url)
  const folder = segmentsOf(base).slice(0, -1)
  const entries = new Map<string, FolderEntry>()
  for (const [, double, single, bare] of page.matchAll(LINK)) {
    const href = decodeEntities(double ?? single ?? bare ?? '').trim()
    const target = href === '' ? null : URL.parse(href, url)
    const entry = target?.origin === base.origin ? entryOf(target, folder) : undefined
    if (entry !== undefined) entries.set(entry.name, entry)
  }
  return [...entries.values()]
}

/** Segments are compared decoded: pages write them encoded in their own ways. */
function entryOf(target: URL, folder: readonly (string | undefined)[]): FolderEntry | undefined {
  if (target.search !== '' || target.hash !== '') return undefined
  const segments = segmentsOf(target)
  if (!folder.every((segment, index) => segment === segments[index])) return undefined
  const [name, end, ...rest] = segments.slice(folder.length)
  if (!name || end || rest.length > 0) return undefined
  return { name, isFolder: end === '', bytes: undefined }
}

/** Percent-decoded, the last one empty for a folder; undefined for what cannot be decoded. */
function segmentsOf({ pathname }: URL): readonly (string | undefined)[] {
  return pathname.split('/').map(decoded)
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
