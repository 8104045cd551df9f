import type { CallOptions } from '../connection-options.ts'

/** MLflow's `FileInfo`: a file or folder in a tree of artifacts. */
export interface FileInfo {
  /** From the root of the tree on, with `/`. */
  readonly path: string
  readonly isDir: boolean
  /** Bytes; undefined for folders, and where the listing does not say. */
  readonly fileSize: number | undefined
}

/** The files of a run, a logged model or a version: somewhere that can be read and written. Paths are checked. */
export interface ArtifactTree {
  /** What is in a folder, by name; none where there is no such folder. */
  list(folder: string, call?: CallOptions): Promise<readonly FileInfo[]>
  /** The content of a file. @throws ServingError RESOURCE_DOES_NOT_EXIST */
  read(path: string, call?: CallOptions): Promise<AsyncIterable<Uint8Array>>
  /** Writes a file, and its folders; in place of one that is there. */
  write(path: string, content: Content, call?: CallOptions): Promise<void>
  /** Deletes a file, or a folder with all below it; the whole tree where no path is named. */
  remove(path: string, call?: CallOptions): Promise<void>
}

/** What is written: a file on this machine, or bytes. */
export type Content = { readonly file: string } | { readonly bytes: Uint8Array }

/** Opens the trees that artifact URIs name. */
export interface ArtifactTrees {
  /** @throws ServingError NOT_IMPLEMENTED for a place that cannot be reached from here */
  open(uri: string): ArtifactTree
}
