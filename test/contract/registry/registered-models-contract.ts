import { describe, expect, test } from 'vitest'
import { fails, modelWithVersions, type OpenedStores } from './contract-support.ts'

/** What registered models do, with their tags. */
export function registeredModelsContract({ registry }: OpenedStores): void {
  describe('registered models', () => {
    test('are returned as they were made', async () => {
      const tags = [{ key: 'team', value: 'blue' }]
      await registry().registeredModels.create({ name: 'iris', description: 'flowers', tags })
      expect(await registry().registeredModels.get('iris')).toMatchObject({
        name: 'iris',
        description: 'flowers',
        tags,
        aliases: [],
        latestVersions: [],
      })
    })

    test('have names of their own', async () => {
      await registry().registeredModels.create({ name: 'iris' })
      await fails(
        registry().registeredModels.create({ name: 'iris' }),
        'RESOURCE_ALREADY_EXISTS',
        'name=iris',
      )
    })

    test.each(['', '  ', 'a/b', 'a:b', '.', '..'])('cannot be called %j', async (name) => {
      await fails(registry().registeredModels.create({ name }), 'INVALID_PARAMETER_VALUE', '')
    })

    test.each(['é', 'a b', 'a@b', 'a.b', '%2e', "o'clock; DROP TABLE runs", 'x'.repeat(256)])(
      'can be called %j',
      async (name) => {
        await modelWithVersions(registry(), name, 1)
        expect((await registry().modelVersions.get(name, '1')).name).toBe(name)
      },
    )

    test('are listed by name, without the prompts', async () => {
      await registry().registeredModels.create({ name: 'b' })
      await registry().registeredModels.create({ name: 'a' })
      await registry().registeredModels.create({
        name: 'hello',
        tags: [{ key: 'mlflow.prompt.is_prompt', value: 'true' }],
      })
      expect((await registry().registeredModels.list()).map(({ name }) => name)).toEqual(['a', 'b'])
    })

    test('are deleted with their versions, aliases and tags, and can be made anew', async () => {
      await modelWithVersions(registry(), 'iris', 2)
      await registry().modelVersions.setTag('iris', '1', { key: 'k', value: 'v' })
      await registry().registeredModels.setTag('iris', { key: 'k', value: 'v' })
      await registry().registeredModels.setAlias('iris', 'champion', '1')
      await registry().registeredModels.delete('iris')
      await fails(registry().registeredModels.get('iris'), 'RESOURCE_DOES_NOT_EXIST', 'name=iris not found')
      await modelWithVersions(registry(), 'iris', 1)
      expect(await registry().modelVersions.get('iris', '1')).toMatchObject({ tags: [], aliases: [] })
    })

    test('that are not there cannot be deleted', async () => {
      await fails(
        registry().registeredModels.delete('iris'),
        'RESOURCE_DOES_NOT_EXIST',
        'name=iris not found',
      )
    })

    test('take a tag again with another value', async () => {
      await registry().registeredModels.create({ name: 'iris' })
      await registry().registeredModels.setTag('iris', { key: 'k', value: '1' })
      await registry().registeredModels.setTag('iris', { key: 'k', value: '2' })
      expect((await registry().registeredModels.get('iris')).tags).toEqual([{ key: 'k', value: '2' }])
    })

    test('change a tag by what it is, and by nobody else in between', async () => {
      const { registeredModels } = registry()
      await registeredModels.create({ name: 'iris' })
      const add = (value = '0'): string => String(Number(value) + 1)
      await Promise.all(Array.from({ length: 8 }, () => registeredModels.changeTag('iris', 'k', add)))
      expect((await registeredModels.get('iris')).tags).toEqual([{ key: 'k', value: '8' }])
      expect(await registeredModels.changeTag('iris', 'k', () => undefined)).toBe('8')
      expect(await registeredModels.changeTag('iris', 'other', () => undefined)).toBeUndefined()
      const long = registeredModels.changeTag('iris', 'k', () => 'x'.repeat(100_001))
      await fails(long, 'INVALID_PARAMETER_VALUE', 'exceeds')
      await fails(
        registeredModels.changeTag('roses', 'k', add),
        'RESOURCE_DOES_NOT_EXIST',
        'name=roses not found',
      )
    })

    test('and prompts have names of their own', async () => {
      const tags = [{ key: 'mlflow.prompt.is_prompt', value: 'true' }]
      await registry().registeredModels.create({ name: 'hello', tags })
      await registry().registeredModels.create({ name: "it's" })
      const again = [
        [{ name: 'hello', tags }, 'Prompt (name=hello) already exists.'],
        [
          { name: 'hello' },
          "Tried to create a registered model with name 'hello', but the name is already taken by a prompt.",
        ],
        [
          { name: "it's", tags },
          `Tried to create a prompt with name "it's", but the name is already taken by a registered model.`,
        ],
      ] as const
      for (const [model, text] of again) {
        await fails(registry().registeredModels.create(model), 'RESOURCE_ALREADY_EXISTS', text)
      }
    })

    test('keep the last of several tags with one key', async () => {
      const tags = ['1', '2'].map((value) => ({ key: 'k', value }))
      const made = await registry().registeredModels.create({ name: 'iris', tags })
      expect(made.tags).toEqual([{ key: 'k', value: '2' }])
    })

    test('take a description, and lose it', async () => {
      await registry().registeredModels.create({ name: 'iris' })
      expect((await registry().registeredModels.update('iris', 'flowers')).description).toBe('flowers')
      expect((await registry().registeredModels.update('iris', '')).description).toBe('')
      await fails(
        registry().registeredModels.update('roses', ''),
        'RESOURCE_DOES_NOT_EXIST',
        'name=roses not found',
      )
    })

    test('lose a tag, also one that they do not have', async () => {
      await registry().registeredModels.create({ name: 'iris', tags: [{ key: 'k', value: 'v' }] })
      for (const key of ['k', 'k', 'x'.repeat(300)]) await registry().registeredModels.deleteTag('iris', key)
      expect((await registry().registeredModels.get('iris')).tags).toEqual([])
      await fails(
        registry().registeredModels.deleteTag('iris', '../k'),
        'INVALID_PARAMETER_VALUE',
        "resolve to '../k'",
      )
      await fails(
        registry().registeredModels.deleteTag('roses', 'k'),
        'RESOURCE_DOES_NOT_EXIST',
        'name=roses',
      )
    })

    test('are renamed with all that is theirs', async () => {
      await modelWithVersions(registry(), 'iris', 3)
      await registry().registeredModels.setTag('iris', { key: 'k', value: 'v' })
      await registry().registeredModels.setAlias('iris', 'champion', '1')
      await registry().modelVersions.setTag('iris', '1', { key: 'k', value: 'v' })
      await registry().modelVersions.delete('iris', '3')
      const renamed = await registry().registeredModels.rename('iris', 'roses')
      expect(renamed).toMatchObject({
        name: 'roses',
        tags: [{ key: 'k', value: 'v' }],
        aliases: [{ alias: 'champion', version: '1' }],
        latestVersions: [{ name: 'roses', version: '2' }],
      })
      expect(await registry().modelVersions.getByAlias('roses', 'champion')).toMatchObject({
        version: '1',
        tags: [{ key: 'k', value: 'v' }],
      })
      await fails(registry().registeredModels.get('iris'), 'RESOURCE_DOES_NOT_EXIST', 'name=iris not found')
      expect((await registry().modelVersions.create({ name: 'roses', source: '/4' })).version).toBe('4')
    })

    test('are not renamed to what another is called, or nothing can be called', async () => {
      await modelWithVersions(registry(), 'iris', 1)
      await registry().registeredModels.create({ name: 'roses' })
      const { rename } = registry().registeredModels
      const to = (newName: string) => rename.call(registry().registeredModels, 'iris', newName)
      await fails(to('roses'), 'RESOURCE_ALREADY_EXISTS', 'Registered Model (name=roses) already exists.')
      await fails(to(' '), 'INVALID_PARAMETER_VALUE', "Missing value for required parameter 'new_name'.")
      await fails(to('a/b'), 'INVALID_PARAMETER_VALUE', "Invalid model name 'a/b'")
      expect((await to('iris')).latestVersions).toHaveLength(1)
      await fails(
        registry().registeredModels.rename('tulips', 'lilies'),
        'RESOURCE_DOES_NOT_EXIST',
        'name=tulips',
      )
    })
  })
}
