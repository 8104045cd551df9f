import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { gzipSync } from 'node:zlib'
import { packTar } from 'modern-tar/fs'
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { fetchPackage } from '../../../src/image/packages/fetch-package.ts'
import { temporaryFolder } from '../../fixtures/temporary-folder.ts'

const TOKEN = 'a-secret-token'
let archive: Buffer
let server: Server
let url: string
let integrity: string
let requests: string[]

/** One package, `made`, in one version, for those who have the token. */
beforeAll(async () => {
  const entries = [
    { type: 'content', target: 'package/package.json', content: '{"name":"made","version":"1.2.3"}' },
    { type: 'content', target: 'package/bin/program', content: '#!program', mode: 0o755 },
    { type: 'content', target: 'package/bin/unwanted', content: 'x' },
    { type: 'content', target: 'package/xx/xx/outside', content: 'x' },
  ] as const
  archive = gzipSync(leaving(await buffer(packTar(entries))))
  server = createServer((request, response) => {
    requests.push(request.url ?? '')
    if (request.headers.authorization !== `Bearer ${TOKEN}`) response.writeHead(401).end('{}')
    else if (request.url === '/made') response.end(JSON.stringify(manifest()))
    else if (request.url === '/made/-/made-1.2.3.tgz') response.end(archive)
    else response.writeHead(404).end('{}')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})

/** An archive with an entry that would lie outside of the folder, which a library does not pack. */
function leaving(tar: Buffer): Buffer {
  const start = tar.indexOf('package/xx/xx/outside')
  tar.write('package/../../outside', start)
  const header = tar.subarray(start, start + 512)
  header.fill(' ', 148, 156)
  const sum = header.reduce((total, byte) => total + byte, 0)
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  return tar
}

function manifest(): object {
  const dist = { integrity, tarball: `${url}/made/-/made-1.2.3.tgz` }
  return {
    name: 'made',
    'dist-tags': { latest: '1.2.3' },
    versions: { '1.2.3': { name: 'made', version: '1.2.3', dist } },
  }
}

let cacheFolder: string
beforeEach(() => {
  requests = []
  integrity = `sha512-${createHash('sha512').update(archive).digest('base64')}`
  cacheFolder = temporaryFolder()
  const configuration = join(temporaryFolder(), '.npmrc')
  writeFileSync(
    configuration,
    `registry=${url}\n${url.replace('http:', '')}/:_authToken=${TOKEN}\nfetch-retries=0\n`,
  )
  vi.stubEnv('npm_config_userconfig', configuration)
  vi.stubEnv('npm_config_cache', temporaryFolder())
})

function fetchMade(files: readonly string[] = ['bin/program'], version = '1.2.3'): Promise<string> {
  return fetchPackage({ name: 'made', version, files, cacheFolder })
}

describe('files of a package', () => {
  test('come by the configuration of npm, and nothing else is unpacked', async () => {
    const folder = await fetchMade()
    expect(readFileSync(join(folder, 'bin/program'), 'utf8')).toBe('#!program')
    expect(readdirSync(folder, { recursive: true }).sort()).toEqual(['bin', 'bin/program', 'checksums.json'])
    expect(existsSync(join(cacheFolder, 'outside'))).toBe(false)
    expect(readdirSync(join(cacheFolder, 'packages'))).toEqual(['made@1.2.3'])
  })

  test('are taken from the cache, unless they were changed there', async () => {
    const folder = await fetchMade()
    requests = []
    await fetchMade()
    expect(requests).toEqual([])
    writeFileSync(join(folder, 'bin/program'), 'another')
    await fetchMade()
    expect(readFileSync(join(folder, 'bin/program'), 'utf8')).toBe('#!program')
  })
})

describe('a package that cannot be had', () => {
  test('has another content than the registry says', async () => {
    integrity = `sha512-${createHash('sha512').update('other').digest('base64')}`
    await expect(fetchMade()).rejects.toThrow(/Fetching made@1\.2\.3: npm failed: EINTEGRITY/)
    expect(readdirSync(join(cacheFolder, 'packages'))).toEqual([])
  })

  test('has no such file, or no such version', async () => {
    await Promise.all([
      expect(fetchMade(['bin/missing'])).rejects.toThrow(
        /made@1\.2\.3 could not be unpacked: .*bin\/missing/,
      ),
      expect(fetchMade(['bin/program'], '9.9.9')).rejects.toThrow('No matching version found for made@9.9.9'),
    ])
  })

  test('is not asked for where there is no npm', async () => {
    vi.stubEnv('PATH', temporaryFolder())
    await expect(fetchMade()).rejects.toMatchObject({
      code: 'INVALID_STATE',
      message: 'Fetching made@1.2.3: there is no npm in the PATH, and it is needed for that',
    })
  })

  test('is given up when the call is cancelled', async () => {
    const signal = AbortSignal.abort()
    const wanted = { name: 'made', version: '1.2.3', files: ['bin/program'], cacheFolder, signal }
    await expect(fetchPackage(wanted)).rejects.toMatchObject({ code: 'CANCELLED' })
  })
})
