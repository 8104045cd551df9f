import { execFile } from 'node:child_process'
import { cpSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { DataPlane } from '../../../src/runtime/data-plane.ts'
import type { ModelRepository } from '../../../src/runtime/model-repository.ts'
import type { ServedModel } from '../../../src/runtime/served-model.ts'
import { temporaryFolder } from '../../fixtures/temporary-folder.ts'
import { HOSTILE_FLAVORS, type HostileConfig } from './support/hostile-flavors.ts'
import { hostileFolder, openRepository } from './support/test-repository.ts'
import { trialsOf } from './support/trial-processes.ts'

const IRIS = join(import.meta.dirname, '../../../models/iris/1')
const DIGITS = join(import.meta.dirname, '../../../models/digits/1')
const MEGABYTE = 2 ** 20
const ONE_FLOWER = Buffer.from(
  '{"dataframe_split": {"columns": ["sepal length (cm)", "sepal width (cm)", "petal length (cm)", ' +
    '"petal width (cm)"], "data": [[5.1, 3.5, 1.4, 0.2]]}}',
)
const dataPlane = new DataPlane()

function onnxFile(name: string): string {
  return join(import.meta.dirname, 'models', `${name}.onnx`)
}

/** A good model but for what it is said to answer. */
function wronglyRecorded(): string {
  const folder = join(temporaryFolder(), 'wrong')
  cpSync(IRIS, folder, { recursive: true })
  const body = ONE_FLOWER.toString()
  const golden = { content_type: 'application/json', body, status: 200, resp: '{"predictions": [7]}' }
  writeFileSync(join(folder, 'golden.jsonl'), JSON.stringify(golden))
  return folder
}

async function score(model: ServedModel): Promise<string> {
  const { request, form } = await model.scoring.decode(ONE_FLOWER, 'application/json')
  const { outputs } = await dataPlane.infer(model, request)
  return model.scoring.encode(outputs, form)
}

/** Asks a model again and again until told to stop. @returns how often it answered. */
function keepAsking(model: ServedModel): () => Promise<number> {
  let asking = true
  const done = (async () => {
    let answers = 0
    const expected = await score(model)
    for (; asking; answers += 1) {
      expect(await score(model)).toBe(expected)
      await sleep(1)
    }
    return answers
  })()
  return () => {
    asking = false
    return done
  }
}

/** One model that is there from the start: whatever comes after it is tried. */
async function withNeighbour(repository: ModelRepository): Promise<ServedModel> {
  return repository.load(IRIS, 'neighbour')
}

test.each<readonly [string, string, number, RegExp]>([
  ['crashes', onnxFile('quotient'), 300_000, /it crashed its process \(SIGFPE\) in its first runs/],
  ['never ends', onnxFile('endless'), 2_000, /it had not ended after 2 s, and was last seen/],
  [
    'outgrows its memory',
    onnxFile('swelling'),
    300_000,
    /it took \d+ MB of memory, where 600 MB are allowed/,
  ],
  ['answers wrongly', wronglyRecorded(), 300_000, /line 1 of its golden.jsonl as recorded/],
])('a model that %s is refused, and its neighbour goes on', async (_, path, timeoutMs, reason) => {
  const { repository } = openRepository({ trial: { timeoutMs, memoryBytes: 600 * MEGABYTE } })
  const neighbour = await withNeighbour(repository)
  const stop = keepAsking(neighbour)
  const refused = await repository.load(path, 'hostile').catch((error: unknown) => error)
  expect(refused).toMatchObject({ code: 'INVALID_PARAMETER_VALUE', message: expect.stringMatching(reason) })
  expect(await stop()).toBeGreaterThan(10)
  expect(repository.list()).toEqual([neighbour])
  expect(trialsOf(process.pid)).toEqual([])
})

test('a good model is loaded after its trial, and answers as ever', async () => {
  const { repository, log } = openRepository()
  await withNeighbour(repository)
  const model = await repository.load(DIGITS, 'digits')
  expect(model.goldenRequests).toBeGreaterThan(0)
  expect(log.map(({ message }) => message)).toContain('A model passed its trial')
  expect(trialsOf(process.pid)).toEqual([])
})

test.each<readonly [HostileConfig, RegExp]>([
  [{ on: 'prepare', harm: 'segmentationFault' }, /crashed its process \(SIGSEGV\) while it was opened/],
  [{ on: 'run', harm: 'segmentationFault' }, /crashed its process \(SIGSEGV\) in its first runs/],
  [{ on: 'prepare', harm: 'exit' }, /ended its process with code 3 while it was opened/],
  [{ on: 'load', harm: 'exit' }, /failed while it was opened: A worker thread died/],
  [{ on: 'run', harm: 'exit' }, /failed in its first runs: The worker thread died/],
  [{ on: 'load', harm: 'killedBySystem' }, /killed \(SIGKILL\), as a system without memory left does/],
  [{ on: 'run', harm: 'exhaustHeap' }, /memory|heap/],
])('a model is refused that does harm: %o', async (config, reason) => {
  const trial = { atStart: true, memoryBytes: 400 * MEGABYTE }
  const { repository } = openRepository({ trial, flavorTable: HOSTILE_FLAVORS })
  const refused = await repository.load(hostileFolder(config)).catch((error: unknown) => error)
  expect(refused).toMatchObject({ code: 'INVALID_PARAMETER_VALUE', message: expect.stringMatching(reason) })
  expect(repository.list()).toEqual([])
  expect(trialsOf(process.pid)).toEqual([])
})

test.each<HostileConfig>([
  { on: 'prepare', harm: 'hang' },
  { on: 'load', harm: 'neverSettle' },
])('a model is refused that lets others wait: %o', async (config) => {
  const trial = { atStart: true, timeoutMs: 1_500 }
  const { repository } = openRepository({ trial, flavorTable: HOSTILE_FLAVORS })
  await expect(repository.load(hostileFolder(config))).rejects.toThrow(/had not ended after 1.5 s/)
  expect(trialsOf(process.pid)).toEqual([])
})

test('a trial that finds no idle time is begun again, and gets its share of a core that others want', async () => {
  const script = join(import.meta.dirname, 'support/starved-trial.ts')
  const { stdout } = await promisify(execFile)('taskset', ['-c', '0', process.execPath, script])
  const { end, totalMs } = JSON.parse(stdout) as { readonly end: unknown; readonly totalMs: number }
  expect(end).toEqual({ how: 'passed' })
  expect(totalMs).toBeGreaterThan(3_000)
})

test('a trial gets no secrets, and no more of the processor than others leave', async () => {
  const secrets = [
    'HEADRACE_API_KEY',
    'MLFLOW_TRACKING_PASSWORD',
    'MLFLOW_TRACKING_TOKEN',
    'AWS_SECRET_ACCESS_KEY',
  ]
  for (const name of secrets) process.env[name] = 'secret'
  try {
    const { repository } = openRepository({ trial: { atStart: true }, flavorTable: HOSTILE_FLAVORS })
    const startedAt = performance.now()
    const told = repository.load(hostileFolder({ on: 'prepare', harm: 'tell' }))
    const { message } = (await told.catch((error: unknown) => error)) as Error
    // Where it found no idle time, it was begun again with a share of what others want too.
    const policy = performance.now() - startedAt < 3_000 ? 5 : '[05]'
    expect(message).toMatch(new RegExp(`^policy ${policy}, niceness 10, variables .*\\bPATH\\b`))
    expect(secrets.filter((name) => message.includes(name))).toEqual([])
  } finally {
    for (const name of secrets) delete process.env[name]
  }
})

test('what a model printed last is in the log, and no more', async () => {
  const { repository, log } = openRepository({ trial: { atStart: true }, flavorTable: HOSTILE_FLAVORS })
  await expect(repository.load(hostileFolder({ on: 'prepare', harm: 'chatter' }))).rejects.toThrow('SIGSEGV')
  const line = log.find(({ message }) => message === 'A model did not pass its trial')
  const output = line?.facts['output'] as string[]
  expect(output).toHaveLength(20)
  expect(output.at(-1)).toBe('line 99 of  [31mmany')
})

test('of a model that printed nothing the log has no output, and whole milliseconds', async () => {
  const { repository, log } = openRepository({ trial: { atStart: true }, flavorTable: HOSTILE_FLAVORS })
  await expect(repository.load(hostileFolder({ on: 'prepare', harm: 'segmentationFault' }))).rejects.toThrow(
    'SIG',
  )
  const { facts } = log.find(({ message }) => message === 'A model did not pass its trial')!
  expect(facts).not.toHaveProperty('output')
  expect(Number.isInteger(facts['totalMs'])).toBe(true)
})

test('a model that is expected at start is not tried unless that is asked for', async () => {
  const { repository, log } = openRepository({ flavorTable: HOSTILE_FLAVORS })
  await repository.load(hostileFolder())
  expect(log.map(({ message }) => message)).not.toContain('A model passed its trial')
})
