import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { run } from '../../src/cli/program.ts'
import { openDatabaseClient } from '../../src/cli/tracking/database-client.ts'
import { temporaryFolder } from '../fixtures/temporary-folder.ts'

const URI = 'sqlite:///mlflow.db'

interface Outcome {
  readonly code: unknown
  readonly out: string
  readonly err: string
}

let folder = ''
const runs: string[] = []

/** Runs a command in the folder of the database, in this process. */
async function headrace(...args: readonly string[]): Promise<Outcome> {
  const [out, err] = [vi.spyOn(process.stdout, 'write'), vi.spyOn(process.stderr, 'write')]
  for (const stream of [out, err]) stream.mockReturnValue(true)
  process.exitCode = undefined
  try {
    await run(args)
    const text = ({ mock }: typeof out): string => mock.calls.map(([written]) => String(written)).join('')
    return { code: process.exitCode ?? 0, out: text(out), err: text(err) }
  } finally {
    process.exitCode = undefined
    for (const stream of [out, err]) stream.mockRestore()
  }
}

const home = process.cwd()

afterAll(() => {
  process.chdir(home)
  vi.unstubAllEnvs()
})

beforeAll(async () => {
  folder = temporaryFolder()
  process.chdir(folder)
  vi.stubEnv('MLFLOW_TRACKING_URI', URI)
  vi.stubEnv('MLFLOW_REGISTRY_URI', '')
  const location = { uri: URI, folder }
  const client = openDatabaseClient({ kind: 'database', location, publicUri: URI, remote: false }, 'write')
  const experimentId = await client.createExperiment('trees', { tags: { team: 'flowers' } })
  for (const depth of [1, 2]) {
    const { info } = await client.createRun(experimentId, { runName: `depth ${depth}`, startTime: 1000 })
    await client.logBatch(info.runId, {
      metrics: [
        { key: 'rmse', value: depth / 3 },
        { key: 'odd', value: Number.NaN },
      ],
      params: [
        { key: 'depth', value: String(depth) },
        { key: 'kind', value: 'tree\u001b[2J' },
      ],
    })
    await client.setTerminated(info.runId, 'FINISHED', 191_000)
    runs.push(info.runId)
  }
  await client.close()
})

describe('headrace experiments', () => {
  test('lists and shows what is there', async () => {
    expect((await headrace('experiments', 'list')).out).toMatch(/^ID +NAME +STAGE .*\n1 +trees +active +2/)
    expect((await headrace('experiments', 'show', '-n', 'trees')).out).toMatch(
      /id +1\nname +trees\n[\s\S]*team +flowers/,
    )
    expect(JSON.parse((await headrace('experiments', 'get', '-x', '1', '--json')).out)).toMatchObject({
      name: 'trees',
    })
  })

  test('makes, renames, deletes and restores', async () => {
    expect((await headrace('experiments', 'create', '-n', 'new')).out).toBe("Created experiment 'new' (2).\n")
    expect((await headrace('experiments', 'rename', '-x', '2', '--new-name', 'newer')).out).toContain(
      "to 'newer'",
    )
    expect((await headrace('experiments', 'delete', '-n', 'newer')).code).toBe(0)
    expect((await headrace('experiments', 'search', '-v', 'deleted_only')).out).toMatch(/\n2 +newer +deleted/)
    expect((await headrace('experiments', 'restore', '-x', '2')).out).toBe(
      "Restored experiment 'newer' (2).\n",
    )
  })

  test.each([
    [['experiments', 'show'], 2, 'Name the experiment by --experiment-id or by --experiment-name'],
    [
      ['experiments', 'show', '-n', 'missing'],
      1,
      "There is no experiment named 'missing' in sqlite:///mlflow.db",
    ],
    [['experiments', 'create', '-n', 'trees'], 1, 'already exists'],
    [['experiments', 'create'], 2, '--experiment-name'],
    [['runs', 'compare', 'a'], 2, 'Name two runs or more'],
    [['artifacts', 'list'], 2, 'Name the files by --run-id'],
  ])('%j ends with %i and one line', async (args, code, text) => {
    const { code: ended, out, err } = await headrace(...args)
    expect([ended, out]).toEqual([code, ''])
    expect(err).toContain(text)
    if (code === 1) expect(err).toMatch(/^headrace: .*\n$/)
  })
})

describe('headrace runs', () => {
  test('lists them with what they measured', async () => {
    const { out } = await headrace('runs', 'list', '-n', 'trees', '--filter', 'metrics.rmse > 0.5')
    expect(out).toMatch(
      /^RUN ID .*\n[0-9a-f]{32} +depth 2 +FINISHED +1970-01-01 00:00:01 +3m 10s +.*rmse=0\.666667/,
    )
    expect(out.trim().split('\n')).toHaveLength(2)
  })

  test('shows one, and several side by side', async () => {
    const { out } = await headrace('runs', 'show', '-r', runs[0] ?? '')
    // biome-ignore lint/suspicious/noControlCharactersInRegex: a terminal would obey them
    expect(out).not.toMatch(/[\u0000-\u0009\u001b]/)
    expect(out).toMatch(/metrics\n[\s\S]* +rmse +0\.333333 \(step 0\)\n[\s\S]*depth +1\n/)
    const compared = (await headrace('runs', 'compare', ...runs, '--differences')).out
    expect(compared).toMatch(/param depth +1 +2\n/)
    expect(compared).not.toContain('kind')
    expect(
      JSON.parse((await headrace('runs', 'describe', '--run-id', runs[0] ?? '', '--json')).out),
    ).toMatchObject({
      data: { metrics: expect.arrayContaining([expect.objectContaining({ key: 'odd', value: 'NaN' })]) },
    })
  })

  test('deletes and restores', async () => {
    const id = runs[1] ?? ''
    expect((await headrace('runs', 'delete', '--run-id', id)).out).toBe(`Deleted run ${id}.\n`)
    expect((await headrace('runs', 'list', '--experiment-id', '1', '-v', 'deleted_only')).out).toContain(
      '(deleted)',
    )
    expect((await headrace('runs', 'restore', '--run-id', id)).out).toBe(`Restored run ${id}.\n`)
  })
})

describe('headrace artifacts', () => {
  test('go up and down', async () => {
    const [id = ''] = runs
    mkdirSync(join(folder, 'up/deep'), { recursive: true })
    writeFileSync(join(folder, 'up/deep/a.txt'), 'a')
    expect((await headrace('artifacts', 'upload', 'up', '-r', id, '-a', 'all')).code).toBe(0)
    expect((await headrace('artifacts', 'log-artifact', '-l', 'up/deep/a.txt', '-r', id)).code).toBe(0)
    expect((await headrace('artifacts', 'list', '-r', id)).out).toMatch(
      /^PATH +BYTES\na\.txt +1\nall\/ +-\n$/,
    )
    const { out } = await headrace('artifacts', 'download', '-u', `runs:/${id}/all`, '-d', 'down')
    expect(out).toBe(`${join(folder, 'down/all')}\n`)
    expect(readFileSync(join(folder, 'down/all/deep/a.txt'), 'utf8')).toBe('a')
  })
})
