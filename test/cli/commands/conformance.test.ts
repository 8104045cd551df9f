import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { CASES } from '../../../src/conformance/case-table.ts'
import { answers, at, on } from '../../conformance/support/faults.ts'
import { type Fault, TinyServer } from '../../conformance/support/tiny-server.ts'

const PROGRAM = fileURLToPath(new URL('../../../src/cli/main.ts', import.meta.url))

async function conformance(...args: readonly string[]) {
  const child = spawn(process.execPath, [PROGRAM, 'conformance', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
  const [code] = (await once(child, 'close')) as [number]
  return { code, stdout, stderr }
}

test('shows what failed with its clause, what was sent and what came back, and exits with 1', async () => {
  const url = await new TinyServer(on(at(/^\/v2\/health\/ready$/), answers(503))).start()
  const { code, stdout } = await conformance(url, '--group', 'health')
  expect(code).toBe(1)
  expect(stdout).toContain(`${url}: tiny 1`)
  expect(stdout).toMatch(
    /FAIL {2}rest\.health\.ready {2}\(must\)\n.*\n.*"Health"\n.*must be 200, but found 503\n/,
  )
  expect(stdout).toContain('GET /v2/health/ready')
  expect(stdout).toContain('{"error":"no"}')
  expect(stdout).toContain('must       4 passed, 1 failed, 0 skipped or not applicable')
})

test('exits with 0 where only what should be is not, and with 1 for it when strict', async () => {
  const url = await new TinyServer(on(at(/^\/v2\/$/), answers(404))).start()
  expect((await conformance(url, '--group', 'metadata')).code).toBe(0)
  expect((await conformance(url, '--group', 'metadata', '--strict')).code).toBe(1)
})

test('reports a server that ends in the middle as ended, and does not try the rest', async () => {
  const servers: TinyServer[] = []
  const ends: Fault = async (request, right) => {
    if (!request.path.endsWith('/repository/index')) return right()
    setTimeout(() => servers[0]?.stop(), 0)
    return request.headers['content-type'] === undefined ? 'hang up' : right()
  }
  const server = new TinyServer(ends)
  servers.push(server)
  const url = await server.start()
  const { code, stdout } = await conformance(
    url,
    '--model',
    'single',
    '--group',
    'repository',
    '--group',
    'after',
  )
  expect(code).toBe(1)
  expect(stdout).toContain('The server does not answer any more: it ended in rest.repository.index')
  expect(stdout).toContain('rest.after.ready  (must): the server had ended')
})

test('says in one line that nothing answers, or that there is no such case', async () => {
  const nobody = await conformance('http://127.0.0.1:1')
  expect(nobody.code).toBe(1)
  expect(nobody.stderr).toMatch(/^headrace: .*ECONNREFUSED.*\n$/)
  const unknown = await conformance('--list', '--without', 'rest.none')
  expect(unknown.stderr).toContain("There is no case 'rest.none'")
})

test('lists the cases, and prints reports for pages', async () => {
  const { stdout } = await conformance('--list')
  expect(stdout.match(/^(must|should|extension) +\S+$/gm)).toHaveLength(CASES.length)
  const url = await new TinyServer().start()
  const page = await conformance(url, '--group', 'ids', '--markdown')
  expect(page.stdout).toContain('| `rest.ids.echo` | must | pass | The id of a request is in the reply |  |')
})

test('takes a path before /v2, and credentials that are in no report', async () => {
  const seen = new Set<string | undefined>()
  const url = await new TinyServer(async (request, right) => {
    seen.add(request.headers.authorization)
    return right({ ...request, path: request.path.replace(/^\/models-of-mine/, '') })
  }).start()
  const place = url.replace('//', '//user:secret@')
  const { code, stdout } = await conformance(`${place}/models-of-mine/`, '--group', 'ids', '--json')
  expect(code).toBe(0)
  expect([...seen]).toEqual([`Basic ${btoa('user:secret')}`])
  expect(stdout).not.toContain('secret')
})
