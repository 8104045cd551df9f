import { mkdir, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import type { ResolvedModel } from '../../../src/core/resolved-model.ts'
import type { RolloutPlan } from '../../../src/rollout/rollout-plan.ts'
import { DataPlane } from '../../../src/runtime/data-plane.ts'
import { ModelRepository } from '../../../src/runtime/model-repository.ts'
import { temporaryFolder } from '../../fixtures/temporary-folder.ts'
import { FAKE_FLAVORS } from '../../runtime/fakes/fake-model.ts'
import { type FakeConfig, Order } from '../../runtime/fakes/flavor-table.ts'
import { startServer } from '../support/running.ts'
import { allTo, HeardChannel, OUTCOME_KEY, rolloutPlan, seen } from './support.ts'

async function resolve(path: string): Promise<ResolvedModel> {
  return {
    ...{ uri: path, canonicalUri: path, name: basename(path), version: undefined, alias: undefined, path },
    origin: { kind: 'local', location: path, registry: undefined },
  }
}

/** Models in pools of one thread each, whose inputs say what they are to do. */
async function serve(configs: Readonly<Record<string, FakeConfig>>, plan: RolloutPlan) {
  const folder = temporaryFolder()
  const models = new ModelRepository({
    ...{ resolve, flavorTable: FAKE_FLAVORS, placement: 'pool', workers: 1, expectedModels: 2 },
  })
  onTestFinished(() => models.close())
  for (const [name, config] of Object.entries(configs)) {
    await mkdir(join(folder, name))
    await writeFile(join(folder, name, 'MLmodel'), `flavors:\n  onnx: ${JSON.stringify(config)}\n`)
    await models.load(join(folder, name), name)
  }
  const channel = new HeardChannel()
  const rollouts = { plans: [plan], channel, outcomeKey: OUTCOME_KEY }
  const { url } = await startServer({ models, dataPlane: new DataPlane(), rollouts })
  const infer = async (value: number) => {
    const body = JSON.stringify({ inputs: [{ name: 'x', shape: [1], datatype: 'FP64', data: [value] }] })
    const reply = await fetch(`${url}/v2/models/iris/infer`, { method: 'POST', body })
    return { status: reply.status, outputs: ((await reply.json()) as { outputs?: unknown }).outputs }
  }
  return { channel, infer }
}

const doubled = (value: number) => ({
  status: 200,
  outputs: [{ name: 'y', datatype: 'FP64', shape: [1], data: [2 * value] }],
})

test('a variant whose worker dies is told of, and answers again', async () => {
  const { channel, infer } = await serve({ a: {}, b: {} }, allTo(1))
  expect((await infer(Order.exit)).status).toBe(503)
  expect(await infer(3)).toEqual(doubled(3))
  await channel.until(() => channel.observed.length === 2)
  expect(channel.observed.map(seen)).toEqual(['1 in step 0, error', '1 in step 0'])
})

test('a shadow that keeps its own thread busy costs no answer', async () => {
  const plan = rolloutPlan({ variants: [{ name: 'a', permille: 1000 }], shadows: ['s'] })
  const { channel, infer } = await serve({ a: {}, s: { runMs: 500 } }, plan)
  for (const value of [1, 2]) expect(await infer(value)).toEqual(doubled(value))
  await channel.until(() => channel.observed.length === 2)
  for (const [, , , milliseconds] of channel.observed) expect(milliseconds).toBeLessThan(500)
  await channel.until(() => channel.compared.length > 0)
})
