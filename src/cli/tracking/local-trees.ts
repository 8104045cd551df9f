import { existsSync } from 'node:fs'
import { type LocalPlaces, localPathsOf } from '../../artifacts/local-artifacts.ts'
import type { ArtifactTree, ArtifactTrees } from '../../client/artifacts/artifact-tree.ts'
import { FolderTree } from '../../client/artifacts/folder-tree.ts'
import { notFound } from '../../core/errors.ts'

/** The artifacts of a database's runs, in folders of this machine. */
export class LocalTrees implements ArtifactTrees {
  readonly #places: LocalPlaces

  constructor(places: LocalPlaces) {
    this.#places = places
  }

  open(uri: string): ArtifactTree {
    const paths = localPathsOf(uri, this.#places)
    const path = paths.find(existsSync) ?? paths[0]
    if (path === undefined) throw notFound(`${uri} leads to no folder of this machine`)
    return new FolderTree(path)
  }
}
