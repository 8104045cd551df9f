import { setTimeout as pause } from 'node:timers/promises'
import { isRecord } from '../../core/record.ts'
import type { ConformanceCase } from '../conformance-case.ts'
import { mustBeEqual } from '../same-tensors.ts'
import { clauseOf } from '../specification.ts'
import type { TestBench } from '../test-bench.ts'
import { must } from '../verdict.ts'
import {
  type JsonObject,
  jsonOf,
  mustBeAllowed,
  mustBeRefused,
  mustSucceed,
  textMember,
} from '../wire/read-answer.ts'
import { UNKNOWN } from './unknown-names.ts'

const group = 'repository'
const INDEX = clauseOf('repository', 'Index')

export const REPOSITORY_CASES: readonly ConformanceCase[] = [
  {
    id: 'rest.repository.index',
    group,
    level: 'extension',
    title: 'The index has the model, with its name, its state and a reason',
    clause: INDEX,
    async run(bench) {
      const index = await indexOf(bench, '{}')
      const own = index.find(({ name }) => name === bench.subject.modelName)
      must(own !== undefined, `the index must have ${bench.subject.modelName}`)
      must(
        index.some((model) => isReady(bench, model)),
        `${bench.subject.modelName} must be READY`,
        own['state'],
      )
    },
  },
  {
    id: 'rest.repository.index-without-body',
    group,
    level: 'extension',
    title: 'The index is given without a body too, as clients ask for it',
    clause: INDEX,
    async run(bench) {
      bench.mustAnnounce('model_repository')
      const answer = await bench.rest.send({ method: 'POST', path: '/v2/repository/index', body: '' })
      mustSucceed(mustBeAllowed(answer))
    },
  },
  {
    id: 'rest.repository.index-ready',
    group,
    level: 'extension',
    title: 'With "ready" the index has models that are ready alone',
    clause: INDEX,
    async run(bench) {
      const index = await indexOf(bench, '{"ready": true}')
      const other = index.find(({ state }) => state !== 'READY')
      must(other === undefined, 'all models must be READY', other)
      must(
        index.some((model) => isReady(bench, model)),
        `the index must have ${bench.subject.modelName}`,
      )
    },
  },
  {
    id: 'rest.repository.index-bad-request',
    group,
    level: 'extension',
    title: 'A request for the index that is not JSON is an error',
    clause: INDEX,
    async run(bench) {
      bench.mustAnnounce('model_repository')
      const answer = await bench.rest.postJson('/v2/repository/index', '{"ready"')
      mustBeRefused(mustBeAllowed(answer), 'a body that is not JSON')
    },
  },
  {
    id: 'rest.repository.load-unknown',
    group,
    level: 'extension',
    title: 'Loading a model that is not there is an error',
    clause: clauseOf('repository', 'Load'),
    async run(bench) {
      bench.mustAnnounce('model_repository')
      mustBeRefused(
        await bench.rest.postJson(`/v2/repository/models/${UNKNOWN}/load`, '{}'),
        'an unknown model',
      )
    },
  },
  {
    id: 'rest.repository.unload-unknown',
    group,
    level: 'extension',
    title: 'Unloading a model that was never there is an error, or nothing',
    clause: clauseOf('repository', 'Unload'),
    async run(bench) {
      bench.mustAnnounce('model_repository')
      const answer = await bench.rest.postJson(`/v2/repository/models/${UNKNOWN}/unload`, '{}')
      if (answer.status !== 200) mustBeRefused(answer, 'an unknown model')
    },
  },
  {
    id: 'rest.repository.load-again',
    group,
    level: 'extension',
    title: 'Loading a model that is loaded loads it anew, and it answers as before',
    clause: clauseOf('repository', 'Load'),
    async run(bench) {
      bench.mustAnnounce('model_repository')
      bench.mayControl()
      await control(bench, 'load')
      mustBeEqual(bench.reference.outputs, (await bench.reply()).outputs, 'before and after loading')
    },
  },
  {
    id: 'rest.repository.unload-and-load',
    group,
    level: 'extension',
    title: 'An unloaded model is not ready and does not answer, until it is loaded again',
    clause: clauseOf('repository', 'Unload'),
    run: mustUnloadAndLoad,
  },
]

async function indexOf(bench: TestBench, body: string): Promise<readonly JsonObject[]> {
  bench.mustAnnounce('model_repository')
  const answer = mustBeAllowed(await bench.rest.postJson('/v2/repository/index', body))
  mustSucceed(answer)
  const index = jsonOf(answer.body)
  must(Array.isArray(index), 'the index must be an array', index)
  return index.map((model: unknown) => {
    must(isRecord(model), 'a model of the index must be an object', model)
    textMember(model, 'name')
    textMember(model, 'state')
    textMember(model, 'reason')
    return model
  })
}

function isReady({ subject }: TestBench, { name, state }: JsonObject): boolean {
  return name === subject.modelName && state === 'READY'
}

async function control(bench: TestBench, what: 'load' | 'unload'): Promise<void> {
  const path = `/v2/repository/models/${encodeURIComponent(bench.subject.modelName)}/${what}`
  const answer = await bench.rest.postJson(path, '{}')
  mustSucceed(mustBeAllowed(answer))
}

async function mustUnloadAndLoad(bench: TestBench): Promise<void> {
  bench.mustAnnounce('model_repository')
  bench.mayControl()
  const { reference } = bench
  await control(bench, 'unload')
  try {
    await mustBecome(bench, false)
    mustBeRefused(await bench.infer(), 'inference by an unloaded model')
  } finally {
    await control(bench, 'load')
    await mustBecome(bench, true)
  }
  mustBeEqual(reference.outputs, (await bench.reply()).outputs, 'before and after loading')
}

const ATTEMPTS = 40
const PAUSE_MS = 250

/** Servers may go on for a while after they answered. */
async function mustBecome(bench: TestBench, ready: boolean): Promise<void> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const { status } = await bench.rest.get(bench.path('/ready'))
    if ((status === 200) === ready) return
    await pause(PAUSE_MS)
  }
  must(
    false,
    ready ? 'the model must be ready after it was loaded' : 'the model must not be ready when unloaded',
  )
}
