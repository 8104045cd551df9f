import type { Readable } from 'node:stream'

/** Files by their relative paths: a folder, or an archive that is read where it lies. */
export interface FileSet {
  /** As the user named it. */
  readonly name: string
  /** In bytes; undefined where there is no such file. */
  size(path: string): Promise<number | undefined>
  /** From `start` on, up to and without `end`. */
  open(path: string, range?: { readonly start: number; readonly end: number }): Readable
}
