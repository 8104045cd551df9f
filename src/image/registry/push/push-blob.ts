import type { Answer } from '../../../client/answer.ts'
import { pause, waitBefore } from '../../../client/retry.ts'
import { isUnreachable, ServingError, unreachable } from '../../../core/errors.ts'
import type { Blob } from '../../oci/blob.ts'
import type { RegistryConnection } from '../registry-connection.ts'
import { BlobSlices } from './blob-slices.ts'

export interface PushBlobOptions {
  /** Of one request: what is larger travels in several, so that a broken one costs no more. In bytes. */
  readonly chunkBytes: number
  readonly signal: AbortSignal
  /** How many of the blob's bytes are on their way or there. */
  readonly onSent: (bytes: number) => void
}

/** A blob that is being uploaded, as its registry knows it. */
interface Session {
  readonly location: URL
  /** Bytes that are there. */
  readonly offset: number
  /** The least that a chunk but the last may have. */
  readonly minimum: number
  /** It was broken off, and is being gone on with. */
  readonly isResumed: boolean
}

/**
 * Sends a blob where the registry has it not (distribution specification 1.1, "Pushing Blobs"): taken from another
 * repository of the same registry, by one PUT, or in chunks, going on where a broken connection has left off.
 * @returns whether it had not to travel
 */
export async function pushBlob(
  connection: RegistryConnection,
  blob: Blob,
  options: PushBlobOptions,
): Promise<boolean> {
  const upload = new BlobUpload(connection, blob, options)
  try {
    return await upload.run()
  } finally {
    upload.close()
  }
}

class BlobUpload {
  readonly #connection: RegistryConnection
  readonly #blob: Blob
  readonly #options: PushBlobOptions
  readonly #slices: BlobSlices
  #session: Session | undefined
  /** It is not known what the registry has: nothing was asked yet, or the last request got no answer. */
  #isInDoubt = true
  #isDone = false
  /** All in one request: small, or the registry takes no chunks. */
  #isWhole: boolean

  constructor(connection: RegistryConnection, blob: Blob, options: PushBlobOptions) {
    this.#connection = connection
    this.#blob = blob
    this.#options = options
    this.#slices = new BlobSlices(blob)
    this.#isWhole = blob.size <= options.chunkBytes
  }

  async run(): Promise<boolean> {
    let failures = 0
    let furthest = 0
    while (!this.#isDone) {
      try {
        await this.#step()
      } catch (error) {
        failures += 1
        await this.#waitFor(error, failures)
      }
      const offset = this.#session?.offset ?? 0
      if (offset > furthest) failures = 0
      furthest = Math.max(furthest, offset)
    }
    return this.#session === undefined
  }

  close(): void {
    this.#slices.close()
  }

  async #waitFor(error: unknown, failures: number): Promise<void> {
    const { retries } = this.#connection
    if (!isUnreachable(error) || failures > retries.maxRetries) throw error
    const waitSeconds = waitBefore(failures, error.retryAfterSeconds, retries)
    const attempts = retries.maxRetries + 1
    this.#connection.report({ reason: error, attempt: failures + 1, attempts, waitSeconds })
    await pause(waitSeconds, this.#options.signal, `while ${this.#what} waited to be sent again`)
  }

  get #what(): string {
    return `blob ${this.#blob.digest}`
  }

  /** One request that brings the upload further, after what is in doubt was asked for. */
  async #step(): Promise<void> {
    if (this.#isInDoubt && (await this.#isThere())) {
      this.#isDone = true
      return
    }
    if (this.#isInDoubt) this.#session = await this.#resumed()
    this.#isInDoubt = this.#session !== undefined
    if (this.#session === undefined) await this.#begin()
    else if (this.#isWhole) await this.#finish(this.#session, this.#blob.size)
    else if (this.#session.offset < this.#blob.size) await this.#sendChunk(this.#session)
    else await this.#finish(this.#session, 0)
    this.#isInDoubt = false
  }

  async #isThere(): Promise<boolean> {
    const { status } = await this.#send({
      method: 'HEAD',
      target: `/blobs/${this.#blob.digest}`,
      statuses: [200, 404],
    })
    if (status === 200) this.#options.onSent(this.#blob.size)
    return status === 200
  }

  async #begin(): Promise<void> {
    const answer = (await this.#mount()) ?? (await this.#post(''))
    if (answer.status === 201) {
      this.#options.onSent(this.#blob.size)
      this.#isDone = true
      return
    }
    const minimum = Number(answer.headers['oci-chunk-min-length'] ?? 0) || 0
    const location = this.#connection.location(answer, this.#what)
    this.#session = { location, offset: 0, minimum, isResumed: false }
    this.#options.onSent(0)
  }

  /** Undefined where there is nothing to take it from, or it may not be taken. */
  async #mount(): Promise<Pick<Answer, 'status' | 'headers' | 'url'> | undefined> {
    const { registry, repository } = this.#blob.heldBy ?? {}
    if (repository === undefined || registry !== this.#connection.registry) return undefined
    if (repository === this.#connection.repository) return undefined
    try {
      return await this.#post(`?${new URLSearchParams({ mount: this.#blob.digest, from: repository })}`)
    } catch (error) {
      if (isUnreachable(error) || this.#options.signal.aborted) throw error
      return undefined
    }
  }

  #post(query: string): Promise<Pick<Answer, 'status' | 'headers' | 'url'>> {
    return this.#send({ method: 'POST', target: `/blobs/uploads/${query}`, statuses: [201, 202] })
  }

  async #sendChunk(session: Session): Promise<void> {
    const { offset, minimum } = session
    const length = Math.min(Math.max(this.#options.chunkBytes, minimum), this.#blob.size - offset)
    const headers = {
      'content-type': 'application/octet-stream',
      'content-length': String(length),
      'content-range': `${offset}-${offset + length - 1}`,
    }
    const body = () => this.#body(offset, length)
    const statuses = [202, 400, 404, 405, 415, 416, 501]
    const answer = await this.#send({ method: 'PATCH', target: session.location, headers, body, statuses })
    if (answer.status !== 202) throw this.#notTaken(session, `a chunk was answered with ${answer.status}`)
    const reached = endOf(answer) ?? offset + length
    if (reached <= offset || reached > offset + length) {
      throw this.#notTaken(
        session,
        `of the bytes ${headers['content-range']} it says that it has ${reached} now`,
      )
    }
    this.#session = { ...session, location: this.#connection.location(answer, this.#what), offset: reached }
  }

  /** Where a chunk of a session that was never broken off is not taken, the registry takes none. */
  #notTaken({ isResumed }: Session, reason: string): ServingError {
    if (!isResumed) this.#isWhole = true
    this.#session = undefined
    return unreachable(`${this.#connection.place}: ${this.#what}: ${reason}`)
  }

  /** @param length of the body: all of the blob, or nothing where chunks have brought it */
  async #finish({ location }: Session, length: number): Promise<void> {
    const mark = location.search === '' ? '?' : '&'
    const target = new URL(`${location.href}${mark}digest=${encodeURIComponent(this.#blob.digest)}`)
    const headers = { 'content-type': 'application/octet-stream', 'content-length': String(length) }
    const body = length === 0 ? {} : { body: () => this.#body(0, length) }
    const answer = await this.#send({ method: 'PUT', target, headers, ...body, statuses: [201, 204] })
    checkDigest(answer.headers['docker-content-digest'], this.#blob.digest, this.#connection.place)
    this.#options.onSent(this.#blob.size)
    this.#isDone = true
  }

  #body(start: number, length: number) {
    let sent = start
    this.#options.onSent(sent)
    return this.#slices.slice(start, length, (bytes) => {
      sent += bytes
      this.#options.onSent(sent)
    })
  }

  /** Where the registry has got to; undefined where it does not say, and the upload begins anew. */
  async #resumed(): Promise<Session | undefined> {
    const session = this.#session
    if (session === undefined || this.#isWhole) return undefined
    let answer: Pick<Answer, 'status' | 'headers' | 'url'>
    try {
      answer = await this.#send({ method: 'GET', target: session.location, statuses: [204] })
    } catch (error) {
      if (isUnreachable(error) || this.#options.signal.aborted) throw error
      return undefined
    }
    const offset = endOf(answer)
    if (offset === undefined || offset > this.#blob.size) return undefined
    const hasLocation = answer.headers['location'] !== undefined
    const location = hasLocation ? this.#connection.location(answer, this.#what) : session.location
    return { ...session, location, offset, isResumed: true }
  }

  /** Sent once: what is tried again is decided here. */
  #send(
    request: Omit<Parameters<RegistryConnection['status']>[0], 'what' | 'maxRetries' | 'signal'>,
  ): Promise<Pick<Answer, 'status' | 'headers' | 'url'>> {
    const { signal } = this.#options
    return this.#connection.status({ ...request, what: this.#what, signal, maxRetries: 0 })
  }
}

/** Bytes that are there, by the Range of an upload: `0-99` are 100, and `0-0` is how some say none. */
function endOf({ headers }: Pick<Answer, 'headers'>): number | undefined {
  const range = /^(?:bytes=)?0-(\d+)$/.exec(headers['range'] ?? '')
  if (range === null) return undefined
  const last = Number(range[1])
  return last === 0 ? 0 : last + 1
}

/** @throws ServingError INVALID_STATE where a registry has put something else than it was sent */
export function checkDigest(told: string | undefined, digest: string, place: string): void {
  if (told === undefined || told === digest) return
  throw new ServingError('INVALID_STATE', `${place} says that it has ${told} in place of ${digest}`)
}
