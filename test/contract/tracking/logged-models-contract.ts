import { describe, expect, test } from 'vitest'
import type { LoggedModelWithData } from '../../../src/entities/logged-model.ts'
import type { LoggedModelSearch } from '../../../src/store/tracking/logged-model-store.ts'
import { fails, type OpenedTracking } from './contract-support.ts'

export function loggedModelsContract(tracking: OpenedTracking): void {
  async function newModel(name = 'iris'): Promise<LoggedModelWithData> {
    const { experimentId } = await tracking().experiments.ensureDefault()
    return tracking().loggedModels.create({ experimentId, name })
  }

  describe('logged models', () => {
    test('get a made-up name where they are given none', async () => {
      const { experimentId } = await tracking().experiments.ensureDefault()
      const { modelId, name } = await tracking().loggedModels.create({ experimentId })
      expect(name).toMatch(/^[a-z]+-[a-z]+-\d+$/)
      expect((await tracking().loggedModels.get(modelId)).name).toBe(name)
    })

    test('have params, tags and metrics of all runs', async () => {
      const { experimentId } = await tracking().experiments.ensureDefault()
      const { info } = await tracking().runs.create({ experimentId })
      const params = Array.from({ length: 300 }, (_, index) => ({ key: `p${1000 + index}`, value: 'v' }))
      const { modelId } = await tracking().loggedModels.create({
        experimentId,
        name: 'iris',
        modelType: 'agent',
        sourceRunId: 'not a run',
        params: params.slice(0, 2),
        tags: [{ key: 't', value: 'é' }],
      })
      await tracking().loggedModels.logParams(modelId, params.slice(2))
      await tracking().metrics.log(info.runId, { key: 'm', value: 0.5, timestamp: 1, step: 2, modelId })
      const model = await tracking().loggedModels.get(modelId)
      expect(model).toMatchObject({ modelType: 'agent', sourceRunId: 'not a run', params })
      expect(model.tags).toEqual([{ key: 't', value: 'é' }])
      expect(model.metrics).toMatchObject([
        { key: 'm', value: 0.5, timestamp: 1, step: 2, modelId, runId: info.runId },
      ])
    })

    test('are given each param once', async () => {
      const { modelId } = await newModel()
      const [one, two] = [
        { key: 'a', value: '1' },
        { key: 'b', value: '2' },
      ]
      await tracking().loggedModels.logParams(modelId, [one])
      await fails(tracking().loggedModels.logParams(modelId, [two, one]), 'BAD_REQUEST', "'a'")
      await fails(tracking().loggedModels.logParams(modelId, [two, two]), 'BAD_REQUEST', "'b'")
      expect((await tracking().loggedModels.get(modelId)).params).toEqual([one])
    })

    test('leave nothing behind when they cannot be made', async () => {
      const { experimentId } = await tracking().experiments.ensureDefault()
      const tag = { key: 't', value: '1' }
      await fails(
        tracking().loggedModels.create({ experimentId, name: 'iris', tags: [tag, tag] }),
        'BAD_REQUEST',
      )
      expect(await tracking().loggedModels.ofName({ experimentId, name: 'iris' })).toEqual([])
    })

    test('have of two tags with one key the last', async () => {
      const { modelId } = await newModel()
      const tags = ['1', '2'].map((value) => ({ key: 'a', value }))
      await tracking().loggedModels.setTags(modelId, tags)
      expect((await tracking().loggedModels.get(modelId)).tags).toEqual([{ key: 'a', value: '2' }])
      await tracking().loggedModels.deleteTag(modelId, 'a')
      await fails(tracking().loggedModels.deleteTag(modelId, 'a'), 'RESOURCE_DOES_NOT_EXIST', "key 'a'")
    })

    test('that are deleted are found by nobody, and can be changed', async () => {
      const { modelId, experimentId } = await newModel()
      await tracking().loggedModels.delete(modelId)
      await tracking().loggedModels.delete(modelId)
      await fails(tracking().loggedModels.get(modelId), 'RESOURCE_DOES_NOT_EXIST')
      expect((await tracking().loggedModels.search({ experimentIds: [experimentId] })).items).toEqual([])
      await tracking().loggedModels.finalize(modelId, 'FAILED')
      expect(await tracking().loggedModels.get(modelId, { allowDeleted: true })).toMatchObject({
        status: 'FAILED',
      })
    })
  })

  describe('a search of logged models', () => {
    async function namesOf(search: Omit<LoggedModelSearch, 'experimentIds'>): Promise<readonly string[]> {
      const names: string[] = []
      let pageToken: string | undefined
      do {
        const page = await tracking().loggedModels.search({ ...search, experimentIds: ['0'], pageToken })
        names.push(...page.items.map(({ name }) => name), ...(page.nextPageToken === undefined ? [] : ['|']))
        pageToken = page.nextPageToken
      } while (pageToken !== undefined)
      return names
    }

    test('goes through all pages, each model once', async () => {
      for (const name of ['d', 'a', 'c', 'b', 'e']) await newModel(name)
      const orderBy = [{ fieldName: 'name' }]
      expect(await namesOf({ orderBy, maxResults: 2 })).toEqual(['a', 'b', '|', 'c', 'd', '|', 'e'])
      expect(await namesOf({ orderBy, maxResults: 5 })).toEqual(['a', 'b', 'c', 'd', 'e'])
      expect(await namesOf({ filter: "name != 'c'", orderBy, maxResults: 3 })).toEqual([
        'a',
        'b',
        'd',
        '|',
        'e',
      ])
    })

    test('takes the page token of no other search', async () => {
      for (const name of ['a', 'b']) await newModel(name)
      const { search } = tracking().loggedModels
      const { nextPageToken: pageToken } = await tracking().loggedModels.search({
        experimentIds: ['0'],
        maxResults: 1,
      })
      const find = (other: Partial<LoggedModelSearch>) =>
        search.call(tracking().loggedModels, { experimentIds: ['0'], pageToken, ...other })
      await fails(find({ experimentIds: ['1'] }), 'INVALID_PARAMETER_VALUE', "Expected: ['1']. Found: ['0']")
      await fails(find({ filter: "name = 'a'" }), 'INVALID_PARAMETER_VALUE', 'Found: None')
      await fails(find({ orderBy: [{ fieldName: 'name' }] }), 'INVALID_PARAMETER_VALUE', 'Order by')
      for (const bad of ['x', '!!', 'e30=', Buffer.from('[]').toString('base64')]) {
        await fails(find({ pageToken: bad }), 'INVALID_PARAMETER_VALUE')
      }
    })

    test('of no experiment, and of one that is not there, finds nothing; of no number it is refused', async () => {
      await newModel()
      for (const experimentIds of [[], ['77'], ['99999999999999999999']]) {
        expect((await tracking().loggedModels.search({ experimentIds })).items).toEqual([])
      }
      await fails(
        tracking().loggedModels.search({ experimentIds: ['x'] }),
        'INVALID_PARAMETER_VALUE',
        "Invalid experiment ID 'x'",
      )
    })
  })
}
