import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { temporaryFolder } from '../fixtures/temporary-folder.ts'
import { isSameJson } from '../protocol/mlflow-scoring/same-json.ts'
import { BUNDLED_MODELS, goldenLines } from './support/bundled-models.ts'
import { run } from './support/headrace-process.ts'
import { startMlflowServer } from './support/mlflow-server.ts'
import { pythonProgram } from './support/python.ts'

let folder: string

beforeAll(async () => {
  folder = temporaryFolder()
  for (const { name, folder: model } of BUNDLED_MODELS) {
    const { code, stderr } = await run({ args: ['models', 'register', model, '-n', name], cwd: folder })
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  }
})

/** Loads every model in Python, and puts its golden requests to it. */
async function expectGoldenAnswers(trackingUri: string, cwd: string): Promise<void> {
  const args = BUNDLED_MODELS.map(
    ({ name, version, folder: model }) => `models:/${name}/${version}=${join(model, 'golden.jsonl')}`,
  )
  const env = { MLFLOW_TRACKING_URI: trackingUri }
  const replies = (await pythonProgram('answer_golden.py', { args, cwd, env })) as string[][]
  for (const [index, model] of BUNDLED_MODELS.entries()) {
    for (const [line, { resp }] of goldenLines(model).entries()) {
      const reply = replies[index]?.[line] ?? ''
      if (!isSameJson(reply, resp, model.tolerance)) {
        expect(reply, `${model.folder}, golden line ${line + 1}`).toBe(resp)
      }
    }
  }
}

describe('every bundled model that headrace registered', () => {
  test('is loaded by MLflow from the same database, and answers as it should', async () => {
    await expectGoldenAnswers('sqlite:///mlflow.db', folder)
  })

  test('is loaded by MLflow through an MLflow server on that database', async () => {
    const server = await startMlflowServer({ folder })
    try {
      await expectGoldenAnswers(server.url, temporaryFolder())
    } finally {
      await server.stop()
    }
  })
})
