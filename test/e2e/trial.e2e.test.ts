import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { FROM_SOURCES, HeadraceProcess, ROOT } from './support/headrace-process.ts'

const IRIS = join(ROOT, 'models/iris/1')
const ONE_FLOWER = JSON.stringify({
  dataframe_split: {
    columns: ['sepal length (cm)', 'sepal width (cm)', 'petal length (cm)', 'petal width (cm)'],
    data: [[5.1, 3.5, 1.4, 0.2]],
  },
})

let folder = ''
let packed: readonly string[] = []

/** The package as users get it, where programs and threads are other files than in a clone. */
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'headrace-trial-'))
  execFileSync('npm', ['run', '--silent', 'build'], { cwd: ROOT, stdio: ['ignore', 'ignore', 'inherit'] })
  packed = [process.execPath, join(ROOT, 'dist/main.js')]
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

function serve(command: readonly string[], ...args: string[]): HeadraceProcess {
  return new HeadraceProcess({ command, args: ['serve', '--port', '0', '--trial', ...args], cwd: folder })
}

test.each(['sources', 'package'])('a good model is served after its trial, from the %s', async (kind) => {
  const server = serve(kind === 'sources' ? FROM_SOURCES : packed, '-m', IRIS, '--log-format', 'json')
  try {
    const url = await server.listening()
    expect(server.output).toContain('A model passed its trial')
    const headers = { 'content-type': 'application/json' }
    const reply = await fetch(`${url}/invocations`, { method: 'POST', headers, body: ONE_FLOWER })
    expect(reply.status).toBe(200)
  } finally {
    expect((await server.stop()).code).toBe(0)
  }
})

test.each<readonly [string, readonly string[], RegExp]>([
  ['quotient', [], /quotient\.onnx cannot be served: .*crashed its process \(SIGFPE\)/],
  ['endless', ['--trial-timeout', '3'], /endless\.onnx cannot be served: .*had not ended after 3 s/],
  ['swelling', ['--trial-memory', '600m'], /swelling\.onnx cannot be served: .*where 600 MB are allowed/],
])('a start with the hostile model %s fails, and says why', async (name, args, reason) => {
  const model = join(ROOT, 'test/runtime/trial/models', `${name}.onnx`)
  const { code, stderr } = await serve(packed, '-m', model, ...args).finished()
  expect(code).toBe(1)
  expect(stderr).toMatch(reason)
})
