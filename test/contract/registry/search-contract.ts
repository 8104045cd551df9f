import { beforeEach, describe, expect, test } from 'vitest'
import type { RegistrySearch } from '../../../src/store/registry/registry-search.ts'
import { fails, modelWithVersions, type OpenedStores } from './contract-support.ts'

/** What searches of the registry give; the language that they are written in has tests of its own. */
export function registrySearchContract({ registry }: OpenedStores): void {
  describe('searches of registered models', () => {
    beforeEach(async () => {
      for (const name of ['b', 'C', 'a']) await modelWithVersions(registry(), name, 2)
      await registry().registeredModels.setAlias('a', 'champion', '1')
      await registry().modelVersions.setTag('a', '2', { key: 'k', value: 'v' })
      const tags = [{ key: 'mlflow.prompt.is_prompt', value: 'true' }]
      await registry().registeredModels.create({ name: 'hello', tags })
    })

    function search(asked: Partial<RegistrySearch>) {
      return registry().registeredModels.search({ maxResults: 100, ...asked })
    }

    test('give models with tags, aliases and latest versions, by name and without prompts', async () => {
      const { items, nextPageToken } = await search({})
      expect(items.map(({ name }) => name)).toEqual(['C', 'a', 'b'])
      expect(items[1]).toMatchObject({
        aliases: [{ alias: 'champion', version: '1' }],
        latestVersions: [{ version: '2', tags: [{ key: 'k', value: 'v' }], aliases: [] }],
      })
      expect(nextPageToken).toBe(undefined)
    })

    test('give page after page', async () => {
      const first = await search({ maxResults: 2 })
      expect(first).toMatchObject({
        items: [{ name: 'C' }, { name: 'a' }],
        nextPageToken: 'eyJvZmZzZXQiOiAyfQ==',
      })
      const second = await search({ maxResults: 2, pageToken: first.nextPageToken })
      expect(second).toMatchObject({ items: [{ name: 'b' }], nextPageToken: undefined })
      expect((await search({ maxResults: 3 })).nextPageToken).toBe(undefined)
    })

    test('give nothing but a token where nothing is asked for', async () => {
      expect(await search({ maxResults: 0 })).toMatchObject({ items: [], nextPageToken: expect.any(String) })
      expect(await search({ maxResults: -1 })).toMatchObject({ items: [], nextPageToken: expect.any(String) })
    })

    test('give at most 1000', async () => {
      await fails(search({ maxResults: 1001 }), 'INVALID_PARAMETER_VALUE', 'at most 1000, but got value 1001')
    })
  })

  describe('searches of versions', () => {
    beforeEach(async () => {
      for (const name of ['a', 'b']) await modelWithVersions(registry(), name, 3)
      await registry().modelVersions.setTag('b', '1', { key: 'k', value: 'v' })
      await registry().registeredModels.setAlias('b', 'champion', '1')
      await registry().modelVersions.delete('a', '3')
    })

    function search(asked: Partial<RegistrySearch>) {
      const orderBy = ['name', 'version_number ASC']
      return registry().modelVersions.search({ maxResults: 100, orderBy, ...asked })
    }

    test('give versions with their tags and without their aliases', async () => {
      const { items } = await search({ filter: "name = 'b'" })
      expect(items.map(({ name, version }) => name + version)).toEqual(['b1', 'b2', 'b3'])
      expect(items[0]).toMatchObject({ tags: [{ key: 'k', value: 'v' }], aliases: [] })
    })

    test('give no deleted ones, page after page', async () => {
      const first = await search({ maxResults: 4 })
      const second = await search({ maxResults: 4, pageToken: first.nextPageToken })
      const found = [...first.items, ...second.items].map(({ name, version }) => name + version)
      expect(found).toEqual(['a1', 'a2', 'b1', 'b2', 'b3'])
      expect(second.nextPageToken).toBe(undefined)
    })

    test('give at least one, and at most 200,000', async () => {
      await fails(search({ maxResults: 0 }), 'INVALID_PARAMETER_VALUE', 'a positive integer, but got 0')
      await fails(
        search({ maxResults: 200_001 }),
        'INVALID_PARAMETER_VALUE',
        'at most 200000, but got value 200001',
      )
    })
  })
}
