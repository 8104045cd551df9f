import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ResolvedModel } from '../../../src/core/resolved-model.ts'
import { rolloutId } from '../../../src/rollout/rollout-id.ts'
import { keyNumber, slotOf, variantOfSlot } from '../../../src/rollout/split/assignment.ts'
import { firstSplit } from '../../../src/rollout/split/split.ts'
import { DataPlane } from '../../../src/runtime/data-plane.ts'
import { ModelRepository } from '../../../src/runtime/model-repository.ts'
import { startServer } from '../support/running.ts'
import { comparison, HeardChannel, OUTCOME_KEY, rolloutPlan } from './support.ts'

const IRIS = join(import.meta.dirname, '../../../models/iris')
const COLUMNS = ['sepal length (cm)', 'sepal width (cm)', 'petal length (cm)', 'petal width (cm)']
const PERMILLE = [500, 500]
const SEED = rolloutId('flowers', [
  { name: 'champion', version: '2' },
  { name: 'challenger', version: '1' },
])
/** A body from 64 KiB on is read by a worker. */
const MANY_ROWS = 4000

let repository: ModelRepository

async function resolve(path: string): Promise<ResolvedModel> {
  return {
    ...{ uri: path, canonicalUri: path, name: 'iris', version: undefined, alias: undefined, path },
    origin: { kind: 'local', location: path, registry: undefined },
  }
}

beforeAll(async () => {
  repository = new ModelRepository({ resolve, placement: 'pool', workers: 1, expectedModels: 2 })
  await repository.loadPlan({ uri: join(IRIS, '2'), name: 'champion', version: '2' })
  await repository.loadPlan({ uri: join(IRIS, '1'), name: 'challenger', version: '1' })
})

afterAll(() => repository.close())

async function serve(column?: string, shadows: readonly string[] = []) {
  const plan = rolloutPlan({
    name: 'flowers',
    variants: ['champion', 'challenger'].flatMap((name, index) =>
      shadows.includes(name) ? [] : { name, permille: shadows.length > 0 ? 1000 : PERMILLE[index]! },
    ),
    stickyKey: { header: 'x-headrace-key', column },
    shadows,
  })
  const channel = new HeardChannel()
  const rollouts = { plans: [plan], channel, outcomeKey: OUTCOME_KEY }
  const { url } = await startServer({ models: repository, dataPlane: new DataPlane(), rollouts })
  return { url, channel }
}

function expectedVariant(key: string): string {
  return ['champion', 'challenger'][variantOfSlot(firstSplit(PERMILLE), slotOf(keyNumber(SEED, key)))]!
}

function post(url: string, body: string, key?: string) {
  const headers = {
    'content-type': 'application/json',
    ...(key === undefined ? {} : { 'x-headrace-key': key }),
  }
  return fetch(url, { method: 'POST', body, headers })
}

function frame(rows: readonly (readonly number[])[]): string {
  return JSON.stringify({ dataframe_split: { columns: COLUMNS, data: rows } })
}

function rowsFrom(first: number, count = 1): number[][] {
  return Array.from({ length: count }, (_, row) => [first + row / 10, 3.1, 4.2, 1.3])
}

describe('the bundled champion and challenger', () => {
  test.each([1, MANY_ROWS])('answer through a rollout as they do alone: %d rows', async (rows) => {
    const { url } = await serve()
    const body = frame(rowsFrom(5.5, rows))
    for (const key of ['anna', 'ben', 'carla', 'dan', 'eva']) {
      const reply = await post(`${url}/invocations`, body, key)
      const variant = expectedVariant(key)
      expect([reply.status, reply.headers.get('x-headrace-variant')]).toEqual([200, variant])
      expect(await reply.text()).toBe(await (await post(`${url}/models/${variant}/invocations`, body)).text())
    }
  })

  test.each([1, MANY_ROWS])('are chosen by a column of the signature: %d rows', async (rows) => {
    const { url, channel } = await serve(COLUMNS[0])
    const variants = new Set<string>()
    for (const first of [4.5, 5, 5.1, 6.25, 7, 7.5]) {
      const body = frame(rowsFrom(first, rows))
      const reply = await post(`${url}/invocations`, body)
      const variant = expectedVariant(String(first))
      variants.add(variant)
      expect([reply.status, reply.headers.get('x-headrace-variant')]).toEqual([200, variant])
      expect(await reply.text()).toBe(await (await post(`${url}/models/${variant}/invocations`, body)).text())
    }
    expect(variants.size).toBe(2)
    await channel.until(() => channel.observed.length === 6)
    expect(channel.observed.every(([, , , , flags]) => flags === 0)).toBe(true)
  })

  test('are chosen by the same column in the Open Inference Protocol', async () => {
    const { url } = await serve(COLUMNS[0])
    for (const first of [4.5, 5, 5.1, 6.25, 7, 7.5]) {
      const inputs = COLUMNS.map((name, index) => {
        return { name, shape: [1, 1], datatype: 'FP64', data: [[first, 3.1, 4.2, 1.3][index]] }
      })
      const reply = await post(`${url}/v2/models/flowers/infer`, JSON.stringify({ inputs }))
      const variant = expectedVariant(String(first))
      expect(await reply.json()).toMatchObject({
        model_name: 'flowers',
        model_version: variant === 'champion' ? '2' : '1',
      })
      expect(reply.headers.get('x-headrace-variant')).toBe(variant)
    }
  })

  test('disagree where one is the shadow of the other', async () => {
    const { url, channel } = await serve(undefined, ['challenger'])
    const golden = readFileSync(join(IRIS, '2/golden.jsonl'), 'utf8').trim().split('\n')
    const bodies = golden.map((line) => JSON.parse(line) as { content_type: string; body: string })
    for (const { content_type, body } of bodies) {
      const headers = { 'content-type': content_type }
      const ask = () => fetch(`${url}/invocations`, { method: 'POST', body, headers })
      expect((await comparison(channel, ask)).outcome).toBe('differs')
    }
    const labels = channel.compared.flatMap(({ outputs }) => outputs.flatMap((output) => output.labels ?? []))
    expect(labels.length).toBeGreaterThan(0)
  })

  test('are compared on what a worker has read', async () => {
    const { url, channel } = await serve(undefined, ['challenger'])
    const ask = () => post(`${url}/invocations`, frame(rowsFrom(5.5, MANY_ROWS)))
    const made = await comparison(channel, ask)
    expect(made).toMatchObject({ model: 'challenger', outcome: 'differs' })
    expect(made.outputs.some(({ elements }) => elements === MANY_ROWS)).toBe(true)
  })

  test('are told to be too large where no worker’s text is read again', async () => {
    const { url, channel } = await serve(undefined, ['challenger'])
    const ask = () => post(`${url}/invocations`, frame(rowsFrom(5.5, 6 * MANY_ROWS)))
    expect(await comparison(channel, ask)).toMatchObject({ model: 'challenger', outcome: 'too-large' })
  })
})
