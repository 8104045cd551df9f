import { mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Scenario } from '../../../benchmarks/contest/scenario.ts'
import { wrongAnswer } from '../../../benchmarks/workloads/answer.ts'
import { requestOf } from '../../../benchmarks/workloads/request.ts'
import type { Dialect, Wire, Workload } from '../../../benchmarks/workloads/workload.ts'
import { HeadraceProcess } from '../../e2e/support/headrace-process.ts'
import { temporaryFolder } from '../../fixtures/temporary-folder.ts'

const FOLDER = new URL('../../../benchmarks/scenarios/', import.meta.url)
const FILES = readdirSync(FOLDER).sort()

const DIALECTS: Readonly<Record<Wire, readonly Dialect[]>> = {
  json: ['mlflow', 'v2', 'v2-binary'],
  binary: ['v2-binary', 'v2'],
  csv: ['csv', 'mlflow'],
}

const folder = temporaryFolder()
const scenarios: Scenario[] = []
const workloads = new Map<string, Workload>()
let server: HeadraceProcess
let url = ''

beforeAll(async () => {
  for (const file of FILES) {
    const { default: scenario } = (await import(new URL(file, FOLDER).href)) as { readonly default: Scenario }
    scenarios.push(scenario)
    const place = join(folder, scenario.name)
    mkdirSync(place)
    workloads.set(scenario.name, await scenario.workload(place))
  }
  const models = [...workloads].flatMap(([name, workload]) => ['-m', `${name}=${workload.folder}`])
  server = new HeadraceProcess({ args: ['serve', ...models, '--port', '0'] })
  url = await server.listening()
})

afterAll(async () => {
  server.signal('SIGKILL')
  await server.finished()
})

function workloadOf(scenario: Scenario): Workload {
  const workload = workloads.get(scenario.name)
  if (workload === undefined) throw new Error(`no workload of ${scenario.name}`)
  return workload
}

async function answerOf(scenario: Scenario, workload: Workload, dialect: Dialect) {
  const { body, headers } = requestOf(workload, dialect)
  const isOpenInference = dialect.startsWith('v2')
  const path = isOpenInference ? `/v2/models/${scenario.name}/infer` : `/models/${scenario.name}/invocations`
  const reply = await fetch(url + path, { method: 'POST', headers, body: new Uint8Array(body) })
  return { status: reply.status, headers: reply.headers, body: Buffer.from(await reply.arrayBuffer()) }
}

test('Each scenario has the name of its file', () => {
  expect(scenarios.map(({ name }) => `${name}.ts`)).toEqual(FILES)
})

test('Each scenario asks a question', () => {
  for (const { question } of scenarios) expect(question).toMatch(/^[A-Z].*\?$/)
})

test.each(FILES)('A server answers it as onnxruntime does: %s', async (file) => {
  const scenario = scenarios[FILES.indexOf(file)]!
  const workload = workloadOf(scenario)
  for (const dialect of DIALECTS[scenario.wire]) {
    const reply = await answerOf(scenario, workload, dialect)
    expect([dialect, wrongAnswer(workload, dialect, reply)]).toEqual([dialect, undefined])
  }
})

test.each(FILES)('Another input has another answer, and that is told: %s', async (file) => {
  const scenario = scenarios[FILES.indexOf(file)]!
  const workload = workloadOf(scenario)
  const input = { ...workload.input, data: workload.input.data.toReversed() }
  const [dialect = 'mlflow'] = DIALECTS[scenario.wire]
  const reply = await answerOf(scenario, { ...workload, input }, dialect)
  expect(wrongAnswer(workload, dialect, reply)).toMatch(/^number \d+ is /)
})

test('The rows of a request differ', () => {
  for (const { input } of workloads.values()) {
    const [rows = 1] = input.shape
    const width = input.data.length / rows
    const texts = Array.from({ length: rows }, (_, row) =>
      input.data.subarray(row * width, row * width + width).join(),
    )
    expect(new Set(texts).size).toBe(rows)
  }
})
