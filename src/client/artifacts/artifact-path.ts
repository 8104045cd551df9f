import { invalidParameter } from '../../core/errors.ts'

/**
 * The segments of a path within a tree of artifacts; none for its root.
 * @throws ServingError INVALID_PARAMETER_VALUE for what may lead elsewhere: `..`, an absolute path, NUL
 */
export function segmentsOf(path: string): readonly string[] {
  if (path === '' || path === '.') return []
  const segments = path.replace(/\/+$/, '').split('/')
  if (segments.every(isName)) return segments
  throw invalidParameter(`Invalid path: '${path}' is no path within a tree of artifacts`)
}

/** A path with `/` between its parts, of which each may be empty. */
export function joined(...parts: readonly string[]): string {
  return parts.flatMap(segmentsOf).join('/')
}

function isName(segment: string): boolean {
  return segment !== '' && segment !== '.' && segment !== '..' && !/[\0\\]/.test(segment)
}
