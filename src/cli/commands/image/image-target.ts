import { statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { invalidParameter } from '../../../core/errors.ts'
import { usageError } from '../../usage-error.ts'

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
      throw usageError('--output -: an image is no text for a terminal: pipe it, as in | docker load')
    }
    return { kind: 'stream' }
  }
  const layout = /^oci:(.*)$/s.exec(output)?.[1]
  if (output === '' || layout === '') throw usageError(`--output: '${output}' names no file`)
  if (layout !== undefined) return { kind: 'layout', folder: join(layout, '.') }
  expectFolder(output)
  return { kind: 'archive', file: output }
}

/** Whether `--sbom` names a file of its own. @throws ServingError INVALID_PARAMETER_VALUE */
export function expectBillFile(bill: string, target: ImageTarget | undefined): void {
  if (bill === '-') throw usageError('--sbom names a file: `headrace sbom` prints the bill of materials')
  if (target?.kind === 'archive' && resolve(target.file) === resolve(bill)) {
    throw usageError(`--sbom and --output both name '${bill}': the image would take the place of the bill`)
  }
}

/** Better now than when all is built. */
function expectFolder(file: string): void {
  if (isFolder(file)) {
    throw invalidParameter(
      `--output: '${file}' is a folder: name a file in it, or oci:${file} for an OCI layout`,
    )
  }
  const folder = dirname(file)
  if (isFolder(folder)) return
  throw invalidParameter(`--output: '${file}' cannot be written: there is no folder '${folder}'`)
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true
}
