import { invalidModel } from '../core/errors.ts'

/**
 * A path below a root as it stands in a URL, each segment percent-encoded.
 * @throws ServingError INVALID_PARAMETER_VALUE for empty segments, `.` and `..`, which a URL would resolve
 */
export function encodePath(path: string): string {
  return path
    .split('/')
    .map((segment) => encodeURIComponent(checkedSegment(segment, path)))
    .join('/')
}

/**
 * A path out of a URL, percent-decoded.
 * @throws ServingError INVALID_PARAMETER_VALUE where it is not encoded rightly
 */
export function decodePath(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch (cause) {
    throw invalidModel(`'${path}' is not percent-encoded rightly`, { cause })
  }
}

/**
 * One name within a folder.
 * @param root what the path is below, for the message
 * @throws ServingError INVALID_PARAMETER_VALUE where it would lead elsewhere
 */
export function checkedSegment(segment: string, path: string, root = 'its folder'): string {
  const leadsElsewhere = segment === '' || segment === '.' || segment === '..' || segment.includes('/')
  if (!leadsElsewhere && segment.isWellFormed()) return segment
  throw invalidModel(`'${path}' is no path of a file within ${root}`)
}

/** `a/b`, or `b` where the folder is the root. */
export function joinPath(folder: string, name: string): string {
  return folder === '' ? name : `${folder}/${name}`
}

/** Whether a location is one model file and no folder: what Headrace serves without an MLmodel file. */
export function isModelFile(path: string): boolean {
  return /[^/]\.onnx$/i.test(path)
}

/** The last segment of a path. */
export function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}
