import { afterEach, expect, test } from 'vitest'
import { parseReference } from '../../../src/image/registry/image-reference.ts'
import { checkRegistry } from '../../../src/image/registry/push-image.ts'
import { TestRegistry, type TestRegistryOptions } from '../../fixtures/registry/test-registry.ts'

const LOGIN = { username: 'u', password: 'p' }

let registry: TestRegistry | undefined
afterEach(async () => {
  await registry?.stop()
  registry = undefined
})

async function check(options: TestRegistryOptions, credentials?: typeof LOGIN): Promise<void> {
  registry = await TestRegistry.start(options)
  const reference = parseReference(`${registry.host}/team/iris:3`)
  await checkRegistry(reference, { credentials: { find: async () => credentials }, maxRetries: 0 })
}

test.each(['basic', 'token'] as const)(
  'a registry that lets us in is asked nothing more (%s)',
  async (auth) => {
    await check({ auth, ...LOGIN }, LOGIN)
    const asked = registry?.seen.filter(({ place }) => place === 'registry').map(({ method }) => method)
    expect(asked).toEqual(['HEAD', 'HEAD'])
  },
)

test.each(['basic', 'token'] as const)(
  'one that does not is told before anything was built (%s)',
  async (auth) => {
    await expect(check({ auth, ...LOGIN })).rejects.toThrow('docker login')
    await registry?.stop()
    await expect(check({ auth, ...LOGIN }, { username: 'u', password: 'no' })).rejects.toMatchObject({
      code: 'UNAUTHENTICATED',
      message: expect.stringContaining('do not allow it'),
    })
  },
)

test('one that is busy is told', async () => {
  await expect(check({ fault: () => ({ status: 503 }) })).rejects.toThrow(
    'the first request was answered with 503',
  )
})
