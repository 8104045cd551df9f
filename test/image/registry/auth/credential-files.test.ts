import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import { readCredentialFiles } from '../../../../src/image/registry/auth/credential-files.ts'
import { temporaryFolder } from '../../../fixtures/temporary-folder.ts'

let home = ''
beforeEach(() => {
  home = temporaryFolder()
})

function write(path: string, content: unknown): string {
  const file = join(home, path)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content))
  return file
}

const find = (registry: string, repository = 'team/iris', variables: NodeJS.ProcessEnv = {}) =>
  readCredentialFiles({ HOME: home, ...variables }).find(registry, repository)

const auth = (text: string) => ({ auth: Buffer.from(text).toString('base64') })
const login = (username: string, password: string) => ({ username, password })

describe('the credentials that docker and podman keep', () => {
  test('are none where there is no file, or none for the registry', async () => {
    expect(await find('registry.example')).toBeUndefined()
    write('.docker/config.json', { auths: { 'other.example': auth('u:p') } })
    expect(await find('registry.example')).toBeUndefined()
  })

  test('are those of the registry, with all colons of the password', async () => {
    write('.docker/config.json', { auths: { 'registry.example': auth('user:pass:wörd') } })
    expect(await find('registry.example')).toEqual(login('user', 'pass:wörd'))
    expect(await find('registry.example:5000')).toBeUndefined()
  })

  test('are found by the addresses that old files have', async () => {
    write('.docker/config.json', {
      auths: { 'https://registry.example/v2/': auth('a:1'), 'https://index.docker.io/v1/': auth('b:2') },
    })
    expect(await find('registry.example')).toEqual(login('a', '1'))
    expect(await find('docker.io')).toEqual(login('b', '2'))
  })

  test('may be plain, or an identity token', async () => {
    write('.docker/config.json', {
      auths: {
        'plain.example': { username: 'u', password: 'p' },
        'token.example': { ...auth('ignored:'), identitytoken: 'refresh' },
        'empty.example': {},
      },
    })
    expect(await find('plain.example')).toEqual(login('u', 'p'))
    expect(await find('token.example')).toEqual({ identityToken: 'refresh' })
    expect(await find('empty.example')).toBeUndefined()
  })

  test('of the closest repository go before those of all', async () => {
    const runtime = join(home, 'run')
    write('run/containers/auth.json', {
      auths: { 'r.example/team/iris': auth('a:1'), 'r.example/team': auth('b:2'), 'r.example': auth('c:3') },
    })
    const variables = { XDG_RUNTIME_DIR: runtime }
    expect(await find('r.example', 'team/iris', variables)).toEqual(login('a', '1'))
    expect(await find('r.example', 'team/wine', variables)).toEqual(login('b', '2'))
    expect(await find('r.example', 'iris', variables)).toEqual(login('c', '3'))
  })

  test('come from the file that a variable names', async () => {
    write('.docker/config.json', { auths: { 'r.example': auth('a:1') } })
    write('other/config.json', { auths: { 'r.example': auth('b:2') } })
    const file = write('named.json', { auths: { 'r.example': auth('c:3') } })
    expect(await find('r.example', 'iris', { DOCKER_CONFIG: join(home, 'other') })).toEqual(login('b', '2'))
    expect(await find('r.example', 'iris', { REGISTRY_AUTH_FILE: file })).toEqual(login('c', '3'))
  })

  test('that cannot be read are told with the place and without the secret', async () => {
    const file = write('.docker/config.json', '{"auths": {"r.example": {"auth": "c2VjcmV0"')
    await expect(find('r.example')).rejects.toThrow(file)
    await expect(find('r.example')).rejects.not.toThrow('c2VjcmV0')
    write('.docker/config.json', { auths: { 'r.example': auth('secret') } })
    await expect(find('r.example')).rejects.toThrow("'auth' is not the base64 of USER:PASSWORD")
  })
})

describe('a credential helper', () => {
  /** A program on the PATH, as docker finds it. */
  function helper(name: string, script: string): void {
    const file = write(`bin/docker-credential-${name}`, `#!/bin/sh\n${script}\n`)
    chmodSync(file, 0o755)
    process.env['PATH'] = `${join(home, 'bin')}:${process.env['PATH']}`
  }

  test('is asked by its protocol', async () => {
    helper('kept', `echo "$1" >${home}/asked; cat >>${home}/asked; echo '{"Username":"u","Secret":"p"}'`)
    write('.docker/config.json', { credHelpers: { 'r.example': 'kept' } })
    expect(await find('r.example')).toEqual(login('u', 'p'))
    expect(readFileSync(join(home, 'asked'), 'utf8')).toBe('get\nr.example\n')
    expect(await find('other.example')).toBeUndefined()
  })

  test('of all registries is asked for Docker Hub by its old address, and may give an identity token', async () => {
    helper('all', `cat >${home}/asked; echo '{"Username":"<token>","Secret":"refresh"}'`)
    write('.docker/config.json', { credsStore: 'all', auths: { 'https://index.docker.io/v1/': {} } })
    expect(await find('docker.io', 'library/iris')).toEqual({ identityToken: 'refresh' })
    expect(readFileSync(join(home, 'asked'), 'utf8')).toBe('https://index.docker.io/v1/\n')
  })

  test('of Docker Hub alone may be named by its old address', async () => {
    helper('hub', `echo '{"Username":"u","Secret":"p"}'`)
    write('.docker/config.json', { credHelpers: { 'https://index.docker.io/v1/': 'hub' } })
    expect(await find('docker.io', 'library/iris')).toEqual(login('u', 'p'))
    expect(await find('r.example')).toBeUndefined()
  })

  test('that has none leaves the file to be looked at', async () => {
    helper('none', 'echo "credentials not found in native keychain"; exit 1')
    write('.docker/config.json', { credsStore: 'none', auths: { 'r.example': auth('a:1') } })
    expect(await find('r.example')).toEqual(login('a', '1'))
  })

  test('that fails, or is not there, is told', async () => {
    helper('broken', 'echo "the keychain is locked"; exit 3')
    write('.docker/config.json', { credsStore: 'broken' })
    await expect(find('r.example')).rejects.toThrow('the keychain is locked')
    helper('late', `echo '{"Username":"u","Secret":"hidden"}'; exit 1`)
    write('.docker/config.json', { credsStore: 'late' })
    await expect(find('r.example')).rejects.toThrow(/has failed for r.example \(exit code 1\)$/)
    write('.docker/config.json', { credsStore: 'nowhere-to-be-found' })
    await expect(find('r.example')).rejects.toThrow('docker-credential-nowhere-to-be-found')
    write('.docker/config.json', { credsStore: '../../bin/sh' })
    await expect(find('r.example')).rejects.toThrow('no name of a credential helper')
  })
})
