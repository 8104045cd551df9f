import { createHash } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import { join } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import { openHttpArtifacts } from '../../../src/artifacts/http-artifacts.ts'
import { Connection } from '../../../src/client/connection.ts'
import {
  type Handler,
  type ReceivedRequest,
  sendJson,
  startWebServer,
} from '../../client/support/web-server.ts'
import { temporaryFolder } from '../../fixtures/temporary-folder.ts'
import { expectSameFiles, openCache } from './fixtures/cache-support.ts'
import { FakeRepository, seededBytes } from './fixtures/fake-repositories.ts'

const SERVICE = '/api/2.0/mlflow-artifacts/artifacts'
const MODEL = {
  MLmodel: 'flavors: {}\n',
  'model.onnx': seededBytes('onnx', 300_000),
  'weights.bin': seededBytes('weights', 3_000_000),
}
const key = 'model'

let folder: string

beforeEach(() => {
  folder = join(temporaryFolder(), 'cache')
})

interface ServerManners {
  /** Files break off after so many bytes of an answer. */
  readonly cutAfter: number
  /** How often that happens. */
  readonly cuts: number
  readonly hasRanges: boolean
}

/** MLflow's artifact service with the model's files, on a bad line. */
function artifactService({ cutAfter, cuts, hasRanges }: ServerManners): Handler {
  let left = cuts
  return (request, response) => {
    if (request.path === SERVICE) return sendListing(response)
    const path = request.path.slice(`${SERVICE}/1/model/`.length)
    const content = Buffer.from(MODEL[path as keyof typeof MODEL] ?? '')
    const rest = hasRanges ? startRange(request, response, content) : startWhole(response, content)
    if (left === 0 || rest.byteLength <= cutAfter) return response.end(rest)
    left -= 1
    response.write(rest.subarray(0, cutAfter), () => response.destroy())
  }
}

function sendListing(response: ServerResponse): void {
  const files = Object.entries(MODEL).map(([path, content]) => ({
    path,
    is_dir: false,
    file_size: content.length,
  }))
  sendJson(response, { files })
}

function startWhole(response: ServerResponse, content: Buffer): Buffer {
  response.writeHead(200, { 'content-length': content.byteLength })
  return content
}

function startRange(request: ReceivedRequest, response: ServerResponse, content: Buffer): Buffer {
  const etag = `"${createHash('sha1').update(content).digest('hex')}"`
  const first = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0)
  if (first === 0 || request.headers['if-range'] !== etag) {
    response.setHeader('etag', etag)
    return startWhole(response, content)
  }
  const { byteLength } = content
  const range = `bytes ${first}-${byteLength - 1}/${byteLength}`
  response.writeHead(206, { etag, 'content-range': range, 'content-length': byteLength - first })
  return content.subarray(first)
}

async function openModel(manners: ServerManners) {
  const server = await startWebServer(artifactService(manners))
  const connection = new Connection({ url: server.url, maxRetries: 0 })
  return { server, repository: openHttpArtifacts('mlflow-artifacts:/1/model', { server: connection }) }
}

describe('a model behind an MLflow server on a bad line', () => {
  test('comes whole, each part once, where the server can go on in the middle', async () => {
    const { server, repository } = await openModel({ cutAfter: 1_000_000, cuts: 2, hasRanges: true })
    expectSameFiles(await openCache(folder).cache.fetch({ repository, key }), new FakeRepository(MODEL))
    const ranges = server.requests.flatMap(({ headers }) => headers.range ?? [])
    expect(ranges).toHaveLength(2)
    expect(Number(/\d+/.exec(ranges[1] ?? '')?.[0])).toBeGreaterThan(1_000_000)
  })

  test('comes whole where the server begins anew each time', async () => {
    const { repository } = await openModel({ cutAfter: 1_000_000, cuts: 2, hasRanges: false })
    expectSameFiles(await openCache(folder).cache.fetch({ repository, key }), new FakeRepository(MODEL))
  })

  test('is refused in the end, and nothing of it is found', async () => {
    const { repository } = await openModel({ cutAfter: 1000, cuts: 100, hasRanges: false })
    const { cache } = openCache(folder)
    await expect(cache.fetch({ repository, key })).rejects.toMatchObject({
      code: 'TEMPORARILY_UNAVAILABLE',
      details: { unreachable: true },
    })
    expect(await cache.find(key)).toBeUndefined()
  })

  test('can be stopped in the middle', async () => {
    const { repository } = await openModel({ cutAfter: 0, cuts: 0, hasRanges: true })
    const stop = new AbortController()
    const onProgress = ({ bytes }: { readonly bytes: number }) => {
      if (bytes > 100_000) stop.abort()
    }
    const fetched = openCache(folder).cache.fetch({ repository, key, onProgress, signal: stop.signal })
    await expect(fetched).rejects.toMatchObject({ code: 'CANCELLED' })
  })
})
