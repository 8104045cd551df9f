import type { RequestTarget } from './streamed-routes.ts'

/** `http://host:port` before a path: how clients ask proxies, and every server has to take it (RFC 9112, section 3.2.2). */
const ABSOLUTE_FORM = /^https?:\/\/([^/?#]*)/i

/** Undefined where the path cannot be decoded: nothing is served there then. */
export function requestTarget(target: string): RequestTarget | undefined {
  const url = target.startsWith('/') ? target : target.replace(ABSOLUTE_FORM, '')
  const at = url.indexOf('?')
  const rawPath = (at < 0 ? url : url.slice(0, at)) || '/'
  const path = rawPath.includes('%') ? decoded(rawPath) : rawPath
  return path === undefined ? undefined : { rawPath, path, query: at < 0 ? '' : url.slice(at + 1) }
}

/** The host that a request is for: that of its target where it has one, whatever its Host header says (the same section). */
export function requestedHost(target: string, hostHeader: string | undefined): string {
  const ofTarget = target.startsWith('/') ? undefined : ABSOLUTE_FORM.exec(target)?.[1]
  return ofTarget ?? hostHeader ?? ''
}

function decoded(rawPath: string): string | undefined {
  try {
    return decodeURIComponent(rawPath)
  } catch {
    return undefined
  }
}
