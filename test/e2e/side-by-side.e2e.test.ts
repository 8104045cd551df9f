import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { firstDifference, parseReply } from '../../src/runtime/load/reply-comparison.ts'
import { temporaryFolder } from '../fixtures/temporary-folder.ts'
import { bodyOf, type Recording } from '../protocol/mlflow-scoring/recording.ts'
import { isSameJson } from '../protocol/mlflow-scoring/same-json.ts'
import { BUNDLED_MODELS } from './support/bundled-models.ts'
import { HeadraceProcess } from './support/headrace-process.ts'
import type { MlflowProcess } from './support/mlflow-process.ts'
import { startMlflowScoring, startMlflowServer } from './support/mlflow-server.ts'
import { pythonProgram } from './support/python.ts'
import { registerModels } from './support/registered-models.ts'

let registry: MlflowProcess

beforeAll(async () => {
  registry = await startMlflowServer()
  await registerModels(registry.url, BUNDLED_MODELS)
})
afterAll(() => registry?.stop())

describe.each(BUNDLED_MODELS)('headrace and MLflow, with $name $version from the same registry,', (model) => {
  const { folder, tolerance } = model
  const uri = `models:/${model.name}/${model.version}`
  const recordings = readFileSync(`${folder}.recordings.jsonl`, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Recording)
  let headrace: HeadraceProcess
  let mlflow: MlflowProcess | undefined
  let url: string

  beforeAll(async () => {
    const env = { MLFLOW_TRACKING_URI: registry.url }
    headrace = new HeadraceProcess({
      args: ['serve', '--port', '0', '-m', uri],
      cwd: temporaryFolder(),
      env: { ...env, HEADRACE_CACHE_DIR: temporaryFolder() },
    })
    ;[url, mlflow] = await Promise.all([headrace.listening(), startMlflowScoring(uri, env)])
  })
  afterAll(async () => {
    await Promise.all([headrace?.stop(), mlflow?.stop()])
  })

  test("answer MLflow's own client alike", async () => {
    const args = [join(folder, 'serving_input_example.json'), url, mlflow?.url ?? '']
    const [ours, theirs] = (await pythonProgram('invoke.py', { args })) as readonly unknown[]
    expect(theirs).toBeDefined()
    expect(firstDifference(theirs, ours, tolerance)).toBeUndefined()
  })

  test('answer plain requests alike, good and bad', async () => {
    for (const recording of recordings) {
      const [ours, theirs] = await Promise.all([ask(url, recording), ask(mlflow?.url ?? '', recording)])
      const about = `${recording.id}: ${recording.kind}`
      expect(ours.type, about).toBe(theirs.type)
      if (theirs.status !== 200) expect(refusalOf(ours), about).toEqual(refusalOf(theirs))
      else if (!isSameJson(ours.body, theirs.body, tolerance)) expect(ours.body, about).toBe(theirs.body)
    }
  })
})

interface Reply {
  readonly status: number
  readonly type: string | null
  readonly body: string
}

async function ask(url: string, recording: Recording): Promise<Reply> {
  const reply = await fetch(`${url}/invocations`, {
    method: 'POST',
    body: bodyOf(recording),
    headers: recording.content_type === null ? {} : { 'content-type': recording.content_type },
  })
  return { status: reply.status, type: reply.headers.get('content-type'), body: await reply.text() }
}

/** The messages have stack traces on one side; status and code are what clients go by. */
function refusalOf({ status, type, body }: Reply): unknown {
  if (type !== 'application/json') return { status }
  const parsed = parseReply(body) as { readonly error_code?: string }
  return { status, code: parsed.error_code }
}
