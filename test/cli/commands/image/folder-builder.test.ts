import { chmodSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { buildFolder, findBuilder } from '../../../../src/cli/commands/image/folder-builder.ts'
import { temporaryFolder } from '../../../fixtures/temporary-folder.ts'

let bin: string

beforeEach(() => {
  bin = temporaryFolder()
  vi.stubEnv('PATH', bin)
})
afterEach(() => vi.unstubAllEnvs())

/** A program of this name that writes down its arguments and does what is said. */
function install(name: string, does = 'exit 0'): void {
  const path = join(bin, name)
  writeFileSync(path, `#!/bin/sh\nprintf '%s\\n' "$@" > '${bin}/${name}.arguments'\n${does}\n`)
  chmodSync(path, 0o755)
}

const argumentsOf = (name: string): readonly string[] =>
  readFileSync(join(bin, `${name}.arguments`), 'utf8')
    .trimEnd()
    .split('\n')

describe('what builds a folder', () => {
  test('is docker, else podman, else buildah, unless one is named', () => {
    install('buildah')
    expect(findBuilder(undefined)).toBe('buildah')
    install('podman')
    expect(findBuilder(undefined)).toBe('podman')
    install('docker')
    expect(findBuilder(undefined)).toBe('docker')
    expect(findBuilder('buildah')).toBe('buildah')
  })

  test('is missed with a word on what needs none', () => {
    expect(() => findBuilder(undefined)).toThrow(
      /neither docker nor podman nor buildah.*headrace build-image/,
    )
    install('docker')
    expect(() => findBuilder('podman')).toThrow(/podman is not in the PATH/)
  })

  test('is no file that cannot be run', () => {
    writeFileSync(join(bin, 'docker'), '')
    expect(() => findBuilder('docker')).toThrow(/docker is not in the PATH/)
  })
})

describe('a build', () => {
  const { signal } = new AbortController()

  test('is of the folder, by the name, in the format that has health checks', async () => {
    install('docker')
    install('podman')
    const build = { folder: '/a folder', name: 'iris:1', signal }
    expect(await buildFolder('docker', build)).toBe(0)
    expect(argumentsOf('docker')).toEqual(['build', '--tag', 'iris:1', '/a folder'])
    await buildFolder('podman', build)
    expect(argumentsOf('podman')).toEqual(['build', '--format', 'docker', '--tag', 'iris:1', '/a folder'])
  })

  test.each([
    ['exit 3', 3],
    ['kill -TERM $$', 143],
  ])('that fails by `%s` is one with the exit code %i', async (does, code) => {
    install('docker', does)
    expect(await buildFolder('docker', { folder: '/x', name: 'iris', signal })).toBe(code)
  })

  test('ends with the reason of its signal', async () => {
    install('docker', 'exec /bin/sleep 60')
    const controller = new AbortController()
    const built = buildFolder('docker', { folder: '/x', name: 'iris', signal: controller.signal })
    setTimeout(() => controller.abort(new Error('enough')), 50)
    await expect(built).rejects.toThrow('enough')
  })
})
