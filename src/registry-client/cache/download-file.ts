import { setTimeout as sleep } from 'node:timers/promises'
import type { ArtifactContent, ArtifactRepository } from '../../artifacts/artifact-repository.ts'
import { invalidModel, messageOf, ServingError, unreachable } from '../../core/errors.ts'
import { throwIfStopped } from './cache-failure.ts'

/** What a file is written to as it comes. Its methods throw ServingError. */
export interface Sink {
  /** Bytes that are there: the beginning of the file. */
  readonly bytes: number
  /** Of the content that the bytes began; undefined where there is none to go on with. */
  readonly validator: string | undefined
  /** Lets go of what is there; the content that comes now has this validator. */
  restart(validator: string | undefined): Promise<void>
  write(chunk: Uint8Array): Promise<void>
}

export interface Download {
  readonly repository: ArtifactRepository
  readonly path: string
  /** What the listing says. */
  readonly bytes: number | undefined
  readonly sink: Sink
  /** Before the second attempt; doubled with each that follows. */
  readonly retryDelayMs: number
  readonly signal?: AbortSignal | undefined
}

/** Attempts after one another that come no useful part farther than any before. */
const MOST_BREAKS = 5
const USEFUL_BYTES = 8 << 20
const LONGEST_DELAY_MS = 10_000

/**
 * Transfers one file. After a break it goes on where it stood, provided that the content is still the same and that
 * its length is known (beyond the last byte there would be nothing to ask for); otherwise from the start. Opening is
 * not tried again: the repository's connection has done so.
 * @throws ServingError INVALID_PARAMETER_VALUE where the length is not what the listing or the answer said,
 *   TEMPORARILY_UNAVAILABLE after too many breaks, CANCELLED
 */
export async function downloadFile(download: Download): Promise<void> {
  let breaks = 0
  let farthest = download.sink.bytes
  for (;;) {
    const broken = await attempt(download)
    if (broken === undefined) return
    const { bytes } = download.sink
    breaks = bytes >= farthest + USEFUL_BYTES ? 1 : breaks + 1
    farthest = Math.max(farthest, bytes)
    if (breaks >= MOST_BREAKS) throw brokenOff(download, broken)
    await pause(download.retryDelayMs * 2 ** (breaks - 1), download)
  }
}

/** @returns why the transfer broke, or undefined where the whole file has come */
async function attempt(download: Download): Promise<unknown> {
  const { repository, path, sink, signal } = download
  throwIfStopped(signal, `transferring ${path}`)
  const { bytes, validator } = sink
  const resume = bytes > 0 && validator !== undefined ? { resume: { offset: bytes, validator } } : {}
  const content = await repository.open(path, { ...resume, ...(signal === undefined ? {} : { signal }) })
  const fault = faultOf(download, content)
  if (fault !== undefined) {
    await dismiss(content)
    throw fault
  }
  const expected = download.bytes ?? content.bytes
  if (content.offset === 0) await sink.restart(expected === undefined ? undefined : content.validator)
  try {
    await copyChunks(content, download, expected)
  } catch (error) {
    throwIfStopped(signal, `transferring ${path}`)
    if (isFinal(error)) throw error
    return sink.bytes === expected ? undefined : error
  }
  if (expected === undefined || sink.bytes === expected) return undefined
  return new Error(`the connection ended after ${sink.bytes} of ${expected} bytes`)
}

async function copyChunks(
  content: ArtifactContent,
  { sink, repository, path, signal }: Download,
  expected: number | undefined,
): Promise<void> {
  for await (const chunk of content.chunks) {
    throwIfStopped(signal, `transferring ${path}`)
    if (expected !== undefined && sink.bytes + chunk.byteLength > expected) {
      throw invalidModel(
        `${path} of ${repository.uri} is longer than the ${expected} bytes it is said to have`,
      )
    }
    await sink.write(chunk)
  }
}

/** Lets go of content that is not wanted: a stream learns of it when its reader stops, and not before it has begun. */
export async function dismiss({ chunks }: ArtifactContent): Promise<void> {
  try {
    for await (const _ of chunks) break
  } catch {
    // It has broken: nobody waits for it any more.
  }
}

/** What is wrong with an answer before its first byte is read. */
function faultOf(download: Download, { bytes: said, offset }: ArtifactContent): ServingError | undefined {
  const { bytes, path, repository, sink } = download
  if (bytes !== undefined && said !== undefined && bytes !== said) {
    return invalidModel(
      `${path} of ${repository.uri} has ${said} bytes, but its listing says ${bytes}: was it changed just now?`,
    )
  }
  if (offset === 0 || offset === sink.bytes) return undefined
  return invalidModel(
    `${repository.uri} sends ${path} from byte ${offset}, where it was asked for it from byte ${sink.bytes}`,
  )
}

/** A refusal stays one; a connection that breaks may hold the next time. */
function isFinal(error: unknown): boolean {
  return (
    error instanceof ServingError &&
    error.code !== 'TEMPORARILY_UNAVAILABLE' &&
    error.code !== 'DEADLINE_EXCEEDED'
  )
}

function brokenOff({ repository, path, sink, bytes }: Download, cause: unknown): ServingError {
  const far = bytes === undefined ? `${sink.bytes} bytes` : `${sink.bytes} of ${bytes} bytes`
  return unreachable(
    `The transfer of ${path} from ${repository.uri} broke ${MOST_BREAKS} times, the last time after ${far}: ` +
      messageOf(cause),
    { cause },
  )
}

/** With jitter: files that broke together do not come back together. */
async function pause(delayMs: number, { signal, path }: Download): Promise<void> {
  const ms = Math.min(delayMs, LONGEST_DELAY_MS) * (0.5 + Math.random() / 2)
  await sleep(ms, undefined, signal === undefined ? {} : { signal }).catch(() => undefined)
  throwIfStopped(signal, `waiting to go on with ${path}`)
}
