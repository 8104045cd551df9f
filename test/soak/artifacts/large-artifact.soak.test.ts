import { open, readFile } from 'node:fs/promises'
import { type ClientRequest, get, request } from 'node:http'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { afterEach, expect, test } from 'vitest'
import { HeadraceProcess } from '../../e2e/support/headrace-process.ts'
import { temporaryFolder } from '../../fixtures/temporary-folder.ts'

const FILES = '/api/2.0/mlflow-artifacts/artifacts'
const BYTES = 1024 ** 3
const CHUNK = Buffer.alloc(1024 * 1024, 'artifact')
/** What a server may grow by while a gigabyte goes through it. */
const GROWTH_BYTES = 80 * 1024 ** 2

let server: HeadraceProcess | undefined

afterEach(async () => {
  server?.signal('SIGKILL')
  await server?.finished()
})

function* chunks(): Generator<Buffer> {
  for (let sent = 0; sent < BYTES; sent += CHUNK.length) yield CHUNK
}

/** How fast a file is written and brought to the disk here, in bytes a second. */
async function diskSpeed(folder: string): Promise<number> {
  const file = await open(join(folder, 'reference'), 'w')
  const start = performance.now()
  for (const chunk of chunks()) await file.write(chunk)
  await file.sync()
  await file.close()
  return speedSince(start)
}

function speedSince(start: number): number {
  return BYTES / ((performance.now() - start) / 1000)
}

async function answered(sent: ClientRequest): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    sent.once('response', (response) => {
      response.resume()
      response.once('end', () => resolve(response.statusCode))
    })
    sent.once('error', reject)
  })
}

async function upload(url: string): Promise<number> {
  const start = performance.now()
  const sent = request(url, { method: 'PUT', headers: { 'content-length': BYTES } })
  const status = answered(sent)
  await pipeline(Readable.from(chunks()), sent)
  expect(await status).toBe(200)
  return speedSince(start)
}

async function download(url: string): Promise<number> {
  const start = performance.now()
  let bytes = 0
  await new Promise<void>((resolve, reject) => {
    get(url, (response) => {
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length
      })
      response.once('end', resolve)
      response.once('error', reject)
    })
  })
  expect(bytes).toBe(BYTES)
  return speedSince(start)
}

async function residentBytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  return Number(/VmHWM:\s+(\d+)/.exec(status)?.[1]) * 1024
}

test('a gigabyte goes up and down in constant memory', async () => {
  const folder = temporaryFolder()
  server = new HeadraceProcess({ args: ['server', '-p', '0'], cwd: folder, env: {} })
  const url = `${await server.listening()}${FILES}/large.bin`
  const disk = await diskSpeed(folder)
  const before = await residentBytes(server.pid)
  const up = await upload(url)
  const down = await download(url)
  const growth = (await residentBytes(server.pid)) - before
  const megabytes = (bytes: number): number => Math.round(bytes / 1e6)
  console.log(
    `disk ${megabytes(disk)} MB/s, up ${megabytes(up)} MB/s, down ${megabytes(down)} MB/s, ` +
      `grown by ${megabytes(growth)} MB`,
  )
  expect(growth).toBeLessThan(GROWTH_BYTES)
})
