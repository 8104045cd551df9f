import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Finished, HeadraceProcess, ROOT, run } from './support/headrace-process.ts'

const IRIS = {
  dataframe_split: {
    columns: ['sepal length (cm)', 'sepal width (cm)', 'petal length (cm)', 'petal width (cm)'],
    data: [[5.1, 3.5, 1.4, 0.2]],
  },
}

let folder = ''
let headrace = ''

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'headrace-packed-'))
  const options = { stdio: ['ignore', 'ignore', 'inherit'] as ['ignore', 'ignore', 'inherit'] }
  execFileSync('npm', ['run', '--silent', 'build'], { cwd: ROOT, ...options })
  execFileSync('npm', ['pack', '--silent', '--pack-destination', folder], { cwd: ROOT, ...options })
  const tarball = readdirSync(folder).find((name) => name.endsWith('.tgz'))
  execFileSync('npm', ['init', '-y'], { cwd: folder, ...options })
  execFileSync('npm', ['install', '--silent', '--ignore-scripts', `./${tarball}`], {
    cwd: folder,
    ...options,
  })
  headrace = join(folder, 'node_modules/.bin/headrace')
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

const command = (...args: string[]): Promise<Finished> => run({ command: [headrace], args, cwd: folder })

describe('the package, packed and installed in an empty folder', () => {
  test('has a headrace command that explains itself', async () => {
    expect((await command('--version')).stdout).toMatch(/^\d+\.\d+\.\d+\n$/)
    expect((await command('serve', '--help')).stdout).toContain('--model-uri')
  })

  test('brings no sources, tests or models', () => {
    expect(readdirSync(join(folder, 'node_modules/headrace')).sort()).toEqual([
      'LICENSE',
      'NOTICE',
      'README.md',
      'dist',
      'package.json',
    ])
  })

  test.each(['inline', 'pool'])('registers a model and serves it by its alias, %s', async (placement) => {
    const registered = await command(
      'models',
      'register',
      `${ROOT}models/iris/2`,
      '-n',
      placement,
      '--alias',
      'live',
    )
    expect(registered).toMatchObject({ code: 0 })
    const args = ['serve', '-m', `models:/${placement}@live`, '--port', '0', '--placement', placement]
    const server = new HeadraceProcess({ command: [headrace], args, cwd: folder })
    try {
      const url = await server.listening()
      const reply = await fetch(`${url}/invocations`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(IRIS),
      })
      expect(reply.status).toBe(200)
      expect(await reply.json()).toMatchObject({ predictions: [{ output_label: 'setosa' }] })
    } finally {
      expect((await server.stop()).code).toBe(0)
    }
  })
})
