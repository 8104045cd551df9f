import { execFile } from 'node:child_process'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { firstDifference, parseReply } from '../../src/runtime/load/reply-comparison.ts'
import { temporaryFolder } from '../fixtures/temporary-folder.ts'
import { bodyOf, type Recording } from '../protocol/mlflow-scoring/recording.ts'
import { HeadraceProcess, ROOT } from './support/headrace-process.ts'
import type { MlflowProcess } from './support/mlflow-process.ts'
import { startMlflowScoring, startMlflowServer } from './support/mlflow-server.ts'
import { pythonPath } from './support/python.ts'
import { registerFolders } from './support/registered-models.ts'

const execute = promisify(execFile)

/** `iris/1`, `iris/2`, …: in the order in which they are registered, so that folders and versions agree. */
const MODELS = globSync('*/*/MLmodel', { cwd: join(ROOT, 'models') })
  .map((path) => path.replace('/MLmodel', ''))
  .sort()
const INVOKE = join(ROOT, 'test/e2e/support/invoke.py')

let registry: MlflowProcess

beforeAll(async () => {
  registry = await startMlflowServer()
  const folders = MODELS.map((model) => [model.split('/')[0] ?? '', join(ROOT, 'models', model)] as const)
  await registerFolders(registry.url, folders)
})
afterAll(() => registry?.stop())

describe.each(MODELS)('models:/%s from an MLflow server, served by headrace and by MLflow', (model) => {
  const tolerance = model.startsWith('half/') ? 2e-3 : 1e-5
  const recordings = readFileSync(join(ROOT, `models/${model}.recordings.jsonl`), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Recording)
  let headrace: HeadraceProcess
  let mlflow: MlflowProcess | undefined
  let url: string

  beforeAll(async () => {
    const env = { MLFLOW_TRACKING_URI: registry.url }
    headrace = new HeadraceProcess({
      args: ['serve', '--port', '0', '-m', `models:/${model}`],
      cwd: temporaryFolder(),
      env: { ...env, HEADRACE_CACHE_DIR: temporaryFolder() },
    })
    ;[url, mlflow] = await Promise.all([headrace.listening(), startMlflowScoring(`models:/${model}`, env)])
  })
  afterAll(async () => {
    await Promise.all([headrace?.stop(), mlflow?.stop()])
  })

  test("answer MLflow's own client alike", async () => {
    const example = join(ROOT, 'models', model, 'serving_input_example.json')
    const { stdout } = await execute(pythonPath(), [INVOKE, example, url, mlflow?.url ?? ''], {
      maxBuffer: 64 * 1024 * 1024,
    })
    const [ours, theirs] = parseReply(stdout) as readonly unknown[]
    expect(theirs).toBeDefined()
    expect(firstDifference(theirs, ours, tolerance)).toBeUndefined()
  })

  test('answer plain requests alike, good and bad', async () => {
    for (const recording of recordings) {
      const [ours, theirs] = await Promise.all([ask(url, recording), ask(mlflow?.url ?? '', recording)])
      const about = `${recording.id}: ${recording.kind}`
      expect(ours.type, about).toBe(theirs.type)
      if (theirs.status === 200) {
        expect(ours.status, about).toBe(200)
        const difference = firstDifference(parseReply(theirs.body), parseReply(ours.body), tolerance)
        expect(difference, about).toBeUndefined()
      } else {
        expect(refusalOf(ours), about).toEqual(refusalOf(theirs))
      }
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
