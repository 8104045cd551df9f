import { createReadStream } from 'node:fs'
import type { Readable } from 'node:stream'
import type { Answer } from '../../../client/answer.ts'
import { digestOf } from '../../oci/digest.ts'
import { type ImageReference, manifestKey } from '../image-reference.ts'
import type { RegistryAccess } from '../registry-access.ts'
import { RegistryConnection } from '../registry-connection.ts'
import type { BlobCache, BlobPart } from './blob-cache.ts'
import { checkedBytes, checkedText, damaged, MAX_TEXT_BYTES } from './checked-bytes.ts'
import { type Descriptor, MANIFEST_MEDIA_TYPES } from './descriptor.ts'
import type { ImageSource, ManifestText } from './image-source.ts'

/**
 * An image in a registry (distribution specification 1.1, "Pull"). What is asked for by a digest is looked for in the
 * cache first. Each download has a connection of its own, since nobody says when the last layer was read.
 */
export class RegistrySource implements ImageSource {
  readonly name: string
  readonly heldBy: NonNullable<ImageSource['heldBy']>
  readonly #reference: ImageReference
  readonly #access: RegistryAccess
  readonly #cache: BlobCache

  constructor(name: string, reference: ImageReference, access: RegistryAccess, cache: BlobCache) {
    const { registry, repository } = reference
    this.name = name
    this.heldBy = { registry, repository }
    this.#reference = reference
    this.#access = access
    this.#cache = cache
  }

  /** A tag may have been moved: the registry is asked. */
  root(): Promise<ManifestText> {
    const { digest } = this.#reference
    return this.#connected(async (connection) => {
      const answer = await this.#askManifest(connection, manifestKey(this.#reference))
      const text = await answer.text(MAX_TEXT_BYTES)
      const found = digestOf(text)
      if (digest !== undefined && digest !== found) throw damaged(this.name, digest)
      return { text, digest: found }
    })
  }

  async manifest(descriptor: Descriptor): Promise<string> {
    return this.#text(descriptor, (connection) => this.#askManifest(connection, descriptor.digest))
  }

  async config(descriptor: Descriptor): Promise<string> {
    return this.#text(descriptor, (connection) => this.#askBlob(connection, descriptor, 0))
  }

  open(descriptor: Descriptor): Readable {
    const bytes = async function* (this: RegistrySource): AsyncGenerator<Uint8Array> {
      yield* createReadStream(
        await this.#fetched(descriptor, (connection, offset) =>
          this.#askBlob(connection, descriptor, offset),
        ),
      )
    }
    return checkedBytes(() => bytes.call(this), descriptor, this.name)
  }

  async #text(
    descriptor: Descriptor,
    ask: (connection: RegistryConnection, offset: number) => Promise<Answer>,
  ): Promise<string> {
    if (descriptor.size > MAX_TEXT_BYTES) throw damaged(this.name, descriptor.digest)
    const file = await this.#fetched(descriptor, ask)
    return checkedText(() => createReadStream(file), descriptor, this.name)
  }

  #fetched(
    descriptor: Descriptor,
    ask: (connection: RegistryConnection, offset: number) => Promise<Answer>,
  ): Promise<string> {
    return this.#connected((connection) =>
      this.#cache.file(descriptor, async (offset) => partOf(await ask(connection, offset)), {
        retries: connection.retries,
        signal: this.#access.signal,
        name: this.name,
      }),
    )
  }

  #askManifest(connection: RegistryConnection, key: string): Promise<Answer> {
    return connection.send({
      method: 'GET',
      target: `/manifests/${key}`,
      headers: { accept: MANIFEST_MEDIA_TYPES },
      what: `manifest ${key}`,
      statuses: [200],
    })
  }

  #askBlob(connection: RegistryConnection, { digest }: Descriptor, offset: number): Promise<Answer> {
    return connection.send({
      method: 'GET',
      target: `/blobs/${digest}`,
      ...(offset === 0 ? {} : { headers: { range: `bytes=${offset}-` } }),
      what: `blob ${digest}`,
      statuses: offset === 0 ? [200] : [200, 206],
    })
  }

  async #connected<T>(work: (connection: RegistryConnection) => Promise<T>): Promise<T> {
    const scope = `repository:${this.#reference.repository}:pull`
    const connection = new RegistryConnection(this.#reference, this.#access, [scope])
    try {
      return await work(connection)
    } finally {
      await connection.close()
    }
  }
}

/** (RFC 9110, section 14.4) */
function partOf(answer: Answer): BlobPart {
  const first = /^bytes (\d+)-/.exec(answer.headers['content-range'] ?? '')?.[1]
  return { offset: answer.status === 206 ? Number(first ?? 0) : 0, chunks: answer.chunks() }
}
