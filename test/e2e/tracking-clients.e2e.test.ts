import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { temporaryFolder } from '../fixtures/temporary-folder.ts'
import type { MlflowProcess } from './support/mlflow-process.ts'
import { startMlflowServer } from './support/mlflow-server.ts'
import {
  mlflowCommand,
  type Observations,
  observeJava,
  observePython,
  oldestClientPython,
  withoutIdentifiers,
} from './support/tracking-clients.ts'
import { TrackingServer } from './support/tracking-server.ts'

/** In this order: what one script leaves behind is there for the next, on both servers. */
const SCRIPTS = ['fluent', 'client', 'registry', 'models', 'prompts', 'prompt_links', 'refusals'] as const

/** Each command imports all of MLflow, and so does each file that the Java client sends. */
const COMMANDS_TIMEOUT_MS = 1_200_000

let headrace: TrackingServer
let mlflow: MlflowProcess

beforeAll(async () => {
  ;[headrace, mlflow] = await Promise.all([TrackingServer.start(), startMlflowServer()])
})
afterAll(() => Promise.all([headrace?.stop(), mlflow?.stop()]))

describe('a client sees of headrace server what it sees of mlflow server:', () => {
  test.each(SCRIPTS)('Python, %s', (script) => compare((url) => observePython(script, url)))

  test('the oldest Python client of MLflow 2', () =>
    compare((url) => observePython('oldest_client', url, oldestClientPython())))

  test('Java', () => compare(observeJava), COMMANDS_TIMEOUT_MS)

  test('the command line', () => compare(useCommands), COMMANDS_TIMEOUT_MS)
})

async function compare(observe: (url: string) => Promise<Observations>): Promise<void> {
  const [ours, theirs] = await Promise.all([observe(headrace.url), observe(mlflow.url)])
  expect(theirs.length).toBeGreaterThan(5)
  // One after the other, so that the first difference is named.
  for (const [index, [label, value]] of theirs.entries()) {
    expect({ [`${index} ${label}`]: ours[index]?.[1] }).toEqual({ [`${index} ${label}`]: value })
  }
  expect(ours.length).toBe(theirs.length)
}

async function useCommands(url: string): Promise<Observations> {
  const folder = temporaryFolder()
  const seen: [string, string][] = []
  const command = async (...args: readonly string[]): Promise<string> => {
    const output = await mlflowCommand(url, folder, ...args)
    seen.push([args.slice(0, 2).join(' '), withoutIdentifiers(output).replaceAll(folder, '<folder>')])
    return output
  }
  const created = await command('experiments', 'create', '-n', 'by command')
  const experiment = /\d+$/.exec(created.trim())?.[0] ?? ''
  await command('experiments', 'rename', '-x', experiment, '--new-name', 'commanded')
  await command('experiments', 'search', '--view', 'all')
  const runId = await createRun(url, experiment)
  await command('runs', 'list', '--experiment-id', experiment)
  await command('runs', 'describe', '--run-id', runId)
  await command('experiments', 'csv', '-x', experiment)
  await useArtifacts(folder, runId, command)
  await command('runs', 'delete', '--run-id', runId)
  await command('runs', 'restore', '--run-id', runId)
  await command('experiments', 'delete', '-x', experiment)
  await command('experiments', 'restore', '-x', experiment)
  return seen
}

async function useArtifacts(
  folder: string,
  runId: string,
  command: (...args: readonly string[]) => Promise<string>,
): Promise<void> {
  mkdirSync(join(folder, 'tree/below'), { recursive: true })
  writeFileSync(join(folder, 'tree/below/a b.txt'), 'hello')
  await command('artifacts', 'log-artifacts', '--local-dir', 'tree', '-r', runId, '-a', 'logged')
  await command('artifacts', 'log-artifact', '--local-file', 'tree/below/a b.txt', '-r', runId)
  await command('artifacts', 'list', '-r', runId)
  await command('artifacts', 'list', '-r', runId, '-a', 'logged/below')
  await command('artifacts', 'download', '-r', runId, '-a', 'logged', '-d', 'down')
  expect(readFileSync(join(folder, 'down/logged/below/a b.txt'), 'utf8')).toBe('hello')
}

async function createRun(url: string, experiment: string): Promise<string> {
  const reply = await fetch(`${url}/api/2.0/mlflow/runs/create`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ experiment_id: experiment, run_name: 'one', start_time: 1, user_id: 'me' }),
  })
  return ((await reply.json()) as { run: { info: { run_id: string } } }).run.info.run_id
}
