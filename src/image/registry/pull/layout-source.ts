import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { notFound } from '../../../core/errors.ts'
import { digestOf } from '../../oci/digest.ts'
import { blobPath, INDEX_FILE, LAYOUT_FILE } from '../../oci/layout-documents.ts'
import { checkedBytes, checkedText, MAX_TEXT_BYTES } from './checked-bytes.ts'
import { type Descriptor, readManifest, unusable } from './descriptor.ts'
import type { FileSet } from './file-set.ts'
import type { ImageSource, ManifestText } from './image-source.ts'

/** An image in an OCI image layout, in a folder or an archive (OCI image specification 1.1, image-layout.md). */
export class LayoutSource implements ImageSource {
  readonly #files: FileSet
  readonly #tag: string | undefined

  /** @param tag of the image, which may be left out where there is only one */
  constructor(files: FileSet, tag: string | undefined) {
    this.#files = files
    this.#tag = tag
  }

  get name(): string {
    return this.#files.name
  }

  /** The index as it lies there, or the entry that the tag names. */
  async root(): Promise<ManifestText> {
    const index = await readDocument(this.#files, INDEX_FILE)
    if ((await this.#files.size(LAYOUT_FILE)) === undefined) {
      throw unusable(this.name, `there is no ${LAYOUT_FILE}: it is no OCI layout`)
    }
    if (this.#tag === undefined) return { text: index, digest: digestOf(index) }
    const document = readManifest(index, this.name)
    const entries = document.kind === 'index' ? document.manifests : []
    const found = entries.find(({ refName }) => refName === this.#tag || refName?.endsWith(`:${this.#tag}`))
    if (found === undefined) throw notFound(`${this.name}: no image there is called that`)
    return { text: await this.manifest(found), digest: found.digest }
  }

  manifest(descriptor: Descriptor): Promise<string> {
    return this.config(descriptor)
  }

  async config(descriptor: Descriptor): Promise<string> {
    await this.#checkPresence(descriptor)
    return checkedText(() => this.#files.open(blobPath(descriptor)), descriptor, this.name)
  }

  open(descriptor: Descriptor): Readable {
    return checkedBytes(() => this.#blob(descriptor), descriptor, this.name)
  }

  async *#blob(descriptor: Descriptor): AsyncGenerator<Uint8Array> {
    await this.#checkPresence(descriptor)
    yield* this.#files.open(blobPath(descriptor))
  }

  async #checkPresence(descriptor: Descriptor): Promise<void> {
    if ((await this.#files.size(blobPath(descriptor))) !== undefined) return
    throw unusable(this.name, `it has no ${blobPath(descriptor)}`)
  }
}

/**
 * A file of text.
 * @throws ServingError RESOURCE_DOES_NOT_EXIST where it is not there
 */
export async function readDocument(files: FileSet, path: string): Promise<string> {
  const size = await files.size(path)
  if (size === undefined) throw notFound(`${files.name}: there is no ${path}`)
  if (size > MAX_TEXT_BYTES) throw unusable(files.name, `its ${path} is too large`)
  return text(files.open(path))
}
