import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { closeSync, fsyncSync, openSync, rmSync, writeSync } from 'node:fs'
import { type IncomingMessage, request } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'

const PIECE = randomBytes(1024 * 1024)

/** In megabytes a second. */
export interface TransferFigures {
  readonly upMbPerSecond: number
  readonly downMbPerSecond: number
}

/** Sends a file of so many mebibytes to a server's artifacts, and fetches it again. @throws Error where it comes back changed */
export async function transferArtifact(url: string, mebibytes: number): Promise<TransferFigures> {
  const target = `${url}/api/2.0/mlflow-artifacts/artifacts/transfer.bin`
  const bytes = mebibytes * PIECE.length
  const up = await timed(() => upload(target, mebibytes))
  let hash = ''
  const down = await timed(async () => {
    hash = await download(target)
  })
  if (hash !== hashOf(mebibytes)) throw new Error('the artifact came back changed')
  return { upMbPerSecond: bytes / 1e6 / up, downMbPerSecond: bytes / 1e6 / down }
}

/** What the disk itself takes: the same bytes, written and flushed. @returns megabytes a second */
export function diskSpeed(file: string, mebibytes: number): number {
  const started = performance.now()
  const descriptor = openSync(file, 'w')
  for (let index = 0; index < mebibytes; index += 1) writeSync(descriptor, PIECE)
  fsyncSync(descriptor)
  closeSync(descriptor)
  const seconds = (performance.now() - started) / 1000
  rmSync(file)
  return (mebibytes * PIECE.length) / 1e6 / seconds
}

async function upload(target: string, mebibytes: number): Promise<void> {
  const sent = request(target, { method: 'PUT', headers: { 'content-length': mebibytes * PIECE.length } })
  const answered = once(sent, 'response')
  await pipeline(Readable.from(pieces(mebibytes)), sent)
  const [reply] = (await answered) as [IncomingMessage]
  reply.resume()
  if (reply.statusCode !== 200) throw new Error(`the upload was answered ${reply.statusCode}`)
}

async function download(target: string): Promise<string> {
  const sent = request(target).end()
  const [reply] = (await once(sent, 'response')) as [IncomingMessage]
  const hash = createHash('sha1')
  for await (const part of reply) hash.update(part as Buffer)
  return hash.digest('hex')
}

function* pieces(count: number): Generator<Buffer> {
  for (let index = 0; index < count; index += 1) yield PIECE
}

function hashOf(mebibytes: number): string {
  const hash = createHash('sha1')
  for (const piece of pieces(mebibytes)) hash.update(piece)
  return hash.digest('hex')
}

/** @returns seconds */
async function timed(work: () => Promise<void>): Promise<number> {
  const started = performance.now()
  await work()
  return (performance.now() - started) / 1000
}
