import { existsSync, readdirSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, test } from 'vitest'
import { HeadraceProcess } from '../../e2e/support/headrace-process.ts'
import { temporaryFolder } from '../../fixtures/temporary-folder.ts'
import { RawConnection } from '../support/raw-connection.ts'
import { startTracking } from './support/running-tracking.ts'

const FILES = '/api/2.0/mlflow-artifacts/artifacts'
const running = new Set<HeadraceProcess>()

afterEach(async () => {
  for (const server of running) server.signal('SIGKILL')
  await Promise.all([...running].map((server) => server.finished()))
  running.clear()
})

async function start(folder: string): Promise<{ server: HeadraceProcess; url: string }> {
  const server = new HeadraceProcess({ args: ['server', '-p', '0'], cwd: folder, env: {} })
  running.add(server)
  return { server, url: await server.listening() }
}

describe('an upload', () => {
  test('that the server dies under is not seen and goes away, and what was there before is', async () => {
    const folder = temporaryFolder()
    const first = await start(folder)
    await fetch(`${first.url}${FILES}/0/a.bin`, { method: 'PUT', body: 'before' })
    const connection = new RawConnection(Number(new URL(first.url).port))
    connection.write(`PUT ${FILES}/0/a.bin HTTP/1.1\r\nhost: localhost\r\ncontent-length: 9000000\r\n\r\n`)
    connection.write('x'.repeat(5_000_000))
    const artifacts = join(folder, 'mlartifacts/0')
    while (readdirSync(artifacts).length < 2) await sleep(10)
    await sleep(100)
    first.server.signal('SIGKILL')
    await first.server.finished()
    for (const name of readdirSync(artifacts)) utimesSync(join(artifacts, name), 1, 1)
    expect(readdirSync(artifacts)).toHaveLength(2)
    const { url } = await start(folder)
    expect(await (await fetch(`${url}${FILES}/0/a.bin`)).text()).toBe('before')
    const list = await fetch(`${url}${FILES}?path=0`)
    expect(await list.json()).toEqual({ files: [{ path: 'a.bin', is_dir: false, file_size: 6 }] })
    await expect.poll(() => readdirSync(artifacts), { timeout: 60_000 }).toEqual(['a.bin'])
  })

  test('may take longer than other requests', async () => {
    const { server, folder } = await startTracking({ limits: { headersTimeoutMs: 100, bodyTimeoutMs: 100 } })
    const connection = new RawConnection(server.port)
    connection.write(`PUT ${FILES}/slow.bin HTTP/1.1\r\nhost: localhost\r\ncontent-length: 10\r\n\r\n`)
    for (let part = 0; part < 10; part += 1) {
      connection.write('x')
      await sleep(1000)
    }
    expect(await connection.until(/\r\n\r\n/)).toMatch(/^HTTP\/1.1 200 /)
    expect(existsSync(join(folder, 'artifacts/slow.bin'))).toBe(true)
  })
})
