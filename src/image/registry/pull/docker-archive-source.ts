import type { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { notFound } from '../../../core/errors.ts'
import { isRecord } from '../../../core/record.ts'
import { digestOf, drain, Meter } from '../../oci/digest.ts'
import { CONFIG, LAYER, LAYER_GZIP, MANIFEST } from '../../oci/media-types.ts'
import { checkedBytes, checkedText } from './checked-bytes.ts'
import { type Descriptor, parseJson, unusable } from './descriptor.ts'
import type { FileSet } from './file-set.ts'
import type { ImageSource, ManifestText } from './image-source.ts'
import { readDocument } from './layout-source.ts'

const GZIP_MAGIC = Buffer.from([0x1f, 0x8b])

/**
 * An image as `docker save` writes it (moby, image/spec/v1.2.md). Such an archive has no manifest of OCI: one is made,
 * for which each layer is read once.
 */
export class DockerArchiveSource implements ImageSource {
  readonly #files: FileSet
  readonly #wanted: string | undefined
  readonly #paths = new Map<string, string>()

  /** @param wanted the name of the image, or its tag; may be left out where there is only one */
  constructor(files: FileSet, wanted: string | undefined) {
    this.#files = files
    this.#wanted = wanted
  }

  get name(): string {
    return this.#files.name
  }

  async root(): Promise<ManifestText> {
    const { config, layers } = await this.#image()
    const described: Descriptor[] = []
    for (const path of layers) described.push(await this.#describe(path))
    const text = JSON.stringify({
      schemaVersion: 2,
      mediaType: MANIFEST,
      config: await this.#describe(config, CONFIG),
      layers: described,
    })
    return { text, digest: digestOf(text) }
  }

  manifest(): Promise<string> {
    throw unusable(this.name, 'it has no index')
  }

  config(descriptor: Descriptor): Promise<string> {
    return checkedText(() => this.#files.open(this.#pathOf(descriptor)), descriptor, this.name)
  }

  open(descriptor: Descriptor): Readable {
    return checkedBytes(() => this.#files.open(this.#pathOf(descriptor)), descriptor, this.name)
  }

  #pathOf({ digest }: Descriptor): string {
    return this.#paths.get(digest) ?? ''
  }

  async #image(): Promise<{ readonly config: string; readonly layers: readonly string[] }> {
    const text = await readDocument(this.#files, 'manifest.json')
    const images = parseJson(text, this.name)
    const entries = (Array.isArray(images) ? images : []).filter(isRecord)
    const found = entries.filter((entry) => this.#isWanted(entry))
    const [image] = found
    if (image === undefined) throw notFound(`${this.name}: no image there is called that`)
    if (found.length > 1)
      throw unusable(this.name, 'the archive holds several images: put :NAME behind the file')
    const { Config: config, Layers: layers } = image
    if (
      typeof config !== 'string' ||
      !Array.isArray(layers) ||
      !layers.every((path) => typeof path === 'string')
    ) {
      throw unusable(this.name, 'its manifest.json names no configuration and layers')
    }
    return { config, layers }
  }

  #isWanted({ RepoTags: tags }: Readonly<Record<string, unknown>>): boolean {
    const wanted = this.#wanted
    if (wanted === undefined) return true
    return (Array.isArray(tags) ? tags : []).some(
      (tag) => tag === wanted || String(tag).endsWith(`:${wanted}`),
    )
  }

  /** @param mediaType of a layer where it is left out, by its first bytes */
  async #describe(path: string, mediaType?: string): Promise<Descriptor> {
    if ((await this.#files.size(path)) === undefined) throw unusable(this.name, `there is no ${path}`)
    const meter = new Meter()
    await drain(meter.watch(this.#files.open(path)))
    const { digest, size } = meter.result()
    this.#paths.set(digest, path)
    const beginning = mediaType ?? (await buffer(this.#files.open(path, { start: 0, end: 2 })))
    if (typeof beginning === 'string') return { mediaType: beginning, digest, size }
    return { mediaType: beginning.equals(GZIP_MAGIC) ? LAYER_GZIP : LAYER, digest, size }
  }
}
