import type { RequestTarget } from './streamed-routes.ts'

/** Undefined where the path cannot be decoded: nothing is served there then. */
export function requestTarget(url: string): RequestTarget | undefined {
  const at = url.indexOf('?')
  const rawPath = at < 0 ? url : url.slice(0, at)
  const path = rawPath.includes('%') ? decoded(rawPath) : rawPath
  return path === undefined ? undefined : { rawPath, path, query: at < 0 ? '' : url.slice(at + 1) }
}

function decoded(rawPath: string): string | undefined {
  try {
    return decodeURIComponent(rawPath)
  } catch {
    return undefined
  }
}
