import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { allocate, elementCount, type Tensor, type TensorMap } from '../../src/core/tensor.ts'
import { ModelRepository, type ModelRepositoryOptions } from '../../src/runtime/model-repository.ts'
import type { ServedModel } from '../../src/runtime/served-model.ts'

const IRIS = join(import.meta.dirname, '../../models/iris/1')
const MANY = 20_000

let repository: ModelRepository

afterEach(async () => {
  await repository.close()
})

async function load(options: Partial<ModelRepositoryOptions> = {}): Promise<ServedModel> {
  repository = new ModelRepository({
    resolve: async (path) => ({
      ...{ uri: path, canonicalUri: path, name: 'iris', version: undefined, alias: undefined, path },
      origin: { kind: 'local', location: path, registry: undefined },
    }),
    batching: { mode: 'off' },
    ...options,
  })
  return repository.load(IRIS)
}

function zeros(model: ServedModel, rows: number): TensorMap {
  return new Map(
    model.predictor.inputs.map(({ name, datatype, shape }) => {
      const full = [rows, ...shape.slice(1)]
      return [name, { datatype, shape: full, data: allocate(datatype, elementCount(full)) } as Tensor]
    }),
  )
}

test('a model that is inline gets a thread for its first request that would block the server', async () => {
  const model = await load()
  expect(model.placement).toBe('inline')
  await model.predictor.predict(zeros(model, 2))
  expect(model.stats().workers).toBe(0)
  const answers = await Promise.all(
    [MANY, MANY, 1].map((rows) => model.predictor.predict(zeros(model, rows))),
  )
  const rows = answers.map((outputs) => outputs.values().next().value?.shape[0])
  expect(rows).toEqual([MANY, MANY, 1])
  expect(model.stats().workers).toBe(1)
})

test('what was forced to be inline has no other thread', async () => {
  const model = await load({ placement: 'inline' })
  await model.predictor.predict(zeros(model, MANY))
  expect(model.stats().workers).toBe(0)
})

test('a request in the other thread ends with the model', async () => {
  const model = await load()
  const answers = [MANY, MANY, MANY].map((rows) => model.predictor.predict(zeros(model, rows)))
  const settled = Promise.allSettled(answers)
  await repository.close(0)
  expect((await settled).length).toBe(3)
})
