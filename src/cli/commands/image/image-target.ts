import { join } from 'node:path'
import { invalidParameter } from '../../../core/errors.ts'

/** Where an image is written. */
export type ImageTarget =
  | { readonly kind: 'archive'; readonly file: string }
  | { readonly kind: 'stream' }
  | { readonly kind: 'layout'; readonly folder: string }

/**
 * Reads `--output`: a file, `-`, or `oci:FOLDER`.
 * @throws ServingError INVALID_PARAMETER_VALUE where it names nothing, or a terminal
 */
export function imageTarget(output: string, stdout: { readonly isTTY?: boolean }): ImageTarget {
  if (output === '-') {
    if (stdout.isTTY === true) {
      throw invalidParameter('--output -: an image is no text for a terminal: pipe it, as in | docker load')
    }
    return { kind: 'stream' }
  }
  const layout = /^oci:(.*)$/s.exec(output)?.[1]
  if (output === '' || layout === '') throw invalidParameter(`--output: '${output}' names no file`)
  return layout === undefined
    ? { kind: 'archive', file: output }
    : { kind: 'layout', folder: join(layout, '.') }
}
