import type { Readable } from 'node:stream'

/** One entry of a layer. The time is the epoch: equal contents make equal layers. */
export type LayerEntry = LayerFile | LayerDirectory | LayerLink

interface Named {
  /** From the root of the image, without a leading slash: `opt/headrace/main.js`. */
  readonly path: string
  /** Id of its user and of its group; root's (0) where it is left out. */
  readonly owner?: number
}

export interface LayerFile extends Named {
  readonly kind: 'file'
  /** Permission bits: 0o644 or 0o755. */
  readonly mode: number
  /** In bytes; the content must have as many. */
  readonly size: number
  open(): Readable
}

export interface LayerDirectory extends Named {
  readonly kind: 'directory'
  readonly mode: number
}

export interface LayerLink extends Named {
  readonly kind: 'link'
  /** Absolute in the image, or relative to the folder of the link. */
  readonly target: string
}

/** A layer before it is packed. */
export interface LayerPlan {
  /** What it holds, in a word or two: for the history, the log and the names of the cache. */
  readonly title: string
  /** Of everything that its bytes depend on: a layer with an equal key was packed before. Left out: never cached. */
  readonly cacheKey?: string
  /** Weights hardly shrink and are large: a model is stored as it is. */
  readonly compression: 'gzip' | 'none'
  /** In any order; they are packed in the order of their paths, folders first. */
  readonly entries: readonly LayerEntry[]
  /** For the bill of materials. */
  readonly packages: readonly PackageNote[]
}

/** Something with a version and a licence of its own that is in an image. */
export interface PackageNote {
  /** Default `library`. A platform runs the program, a container is an image that this one is built upon. */
  readonly kind?: 'library' | 'platform' | 'model' | 'container'
  readonly name: string
  readonly version: string
  /** SPDX expression; left out where it is not known. */
  readonly licence?: string
  /** `pkg:npm/fastify@5.12.8`, `pkg:deb/debian/libc6@2.36-9`, `pkg:generic/node@24.1.0`. */
  readonly purl: string
  /** Of what was put in, where it is one file; of a model what a registry knows its files by. */
  readonly sha256?: string
}
