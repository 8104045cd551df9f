import { execFile } from 'node:child_process'
import { appendFileSync, existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, test } from 'vitest'
import { firstDifference } from '../../src/runtime/load/reply-comparison.ts'
import { temporaryFolder } from '../fixtures/temporary-folder.ts'
import { isSameJson } from '../protocol/mlflow-scoring/same-json.ts'
import { BUNDLED_MODELS, type BundledModel, goldenLines } from './support/bundled-models.ts'
import { HeadraceProcess, ROOT, run } from './support/headrace-process.ts'
import { python, pythonPath, pythonProgram } from './support/python.ts'

const shell = promisify(execFile)

/** Runs `headrace predict` to its end. @returns the path of what it wrote. */
async function predict(model: BundledModel, args: readonly string[], output: string): Promise<string> {
  const plan = { args: ['predict', '-m', model.folder, ...args, '-o', output], cwd: dirname(output) }
  const { code, stderr } = await run(plan)
  expect(code, stderr).toBe(0)
  return output
}

/** One input of a model, and where both sides write their answer. */
interface Case {
  readonly model: BundledModel
  readonly about: string
  readonly type: 'json' | 'csv'
  readonly input: string
  readonly ours: string
  readonly theirs: string
}

describe('headrace predict', () => {
  const folder = temporaryFolder()
  const cases: readonly Case[] = BUNDLED_MODELS.flatMap((model) =>
    goldenLines(model).map(({ content_type: mediaType, body }, line) => {
      const type = mediaType === 'text/csv' ? 'csv' : 'json'
      const name = join(folder, `${model.name}-${model.version}-${line + 1}`)
      writeFileSync(`${name}.${type}`, body)
      const about = `${basename(name)}.${type}`
      return { model, about, type, input: `${name}.${type}`, ours: `${name}.ours`, theirs: `${name}.theirs` }
    }),
  )
  let failures: readonly (string | null)[]

  beforeAll(async () => {
    const args = cases.map(({ model, type, input, theirs }) => [model.folder, type, input, theirs].join('='))
    failures = (await pythonProgram('predict.py', { args })) as (string | null)[]
  })

  test.each(BUNDLED_MODELS)(
    'writes for $name $version what `mlflow models predict` writes',
    async (model) => {
      for (const [index, { about, type, input, ours, theirs }] of cases.entries()) {
        if (cases[index]?.model !== model) continue
        await predict(model, ['-i', input, '-t', type, '--env-manager', 'local'], ours)
        // MLflow guesses the types of a CSV file here, and refuses whole numbers for a column of doubles.
        if (failures[index] !== null) {
          expect(failures[index], about).toContain('Failed to enforce schema')
          continue
        }
        const [left, right] = [readFileSync(ours, 'utf8'), readFileSync(theirs, 'utf8')]
        if (!isSameJson(left, right, model.tolerance)) expect(left, about).toBe(right)
      }
    },
  )

  test('takes the place of the command itself, on standard input and output', async () => {
    const { model, input } = cases.find(({ type }) => type === 'csv') as Case
    const flags = `-m '${model.folder}' -t csv --env-manager local < '${input}'`
    const commands = [
      `'${process.execPath}' src/cli/main.ts predict`,
      `'${pythonPath()}' -m mlflow models predict`,
    ]
    const outputs = await Promise.all(
      commands.map((command) => shell('sh', ['-c', `${command} ${flags}`], { cwd: ROOT })),
    )
    const [ours = '', theirs = ''] = outputs.map(({ stdout }) => stdout)
    expect(isSameJson(ours, theirs), `${ours}\n${theirs}`).toBe(true)
  })
})

describe('the tables of headrace predict', () => {
  const IRIS = BUNDLED_MODELS.find(({ name, version }) => name === 'iris' && version === '2') as BundledModel
  const KINDS = ['csv', 'jsonl', 'parquet'] as const
  const ROWS = Array.from({ length: 500 }, (_, row) => ({
    'sepal length (cm)': 4 + (row % 40) / 10,
    'sepal width (cm)': 2 + (row % 25) / 10,
    'petal length (cm)': 1 + (row % 60) / 10,
    'petal width (cm)': 0.1 + (row % 24) / 10,
  }))
  const folder = temporaryFolder()
  const input = (kind: string) => join(folder, `rows.${kind}`)
  let expected: readonly unknown[]

  beforeAll(async () => {
    const rows = join(folder, 'rows.json')
    writeFileSync(rows, JSON.stringify(ROWS))
    await pythonProgram('tables.py', { args: ['write', rows, ...KINDS.map(input)] })
    const output = await python(
      `
import json, sys
import mlflow, pandas as pd
frame = pd.read_parquet(sys.argv[2])
answer = mlflow.pyfunc.load_model(sys.argv[1]).predict(frame)
rows = zip(frame.to_dict('records'), answer['output_label'], answer['output_probability'])
print(json.dumps([
    {**row, 'output_label': label, **{f'output_probability.{k}': float(v) for k, v in map_.items()}}
    for row, label, map_ in rows
]))
`,
      { args: [IRIS.folder, input('parquet')] },
    )
    expected = JSON.parse(output.trim().split('\n').at(-1) ?? '') as unknown[]
  })

  test.each(KINDS)('are read by pandas, predictions beside the columns, from %s', async (kind) => {
    const outputs: string[] = []
    for (const to of ['csv', 'parquet']) {
      const output = join(folder, `${kind}-to.${to}`)
      outputs.push(await predict(IRIS, ['-i', input(kind), '--append'], output))
    }
    const tables = (await pythonProgram('tables.py', { args: ['read', ...outputs] })) as unknown[]
    for (const table of tables) expect(firstDifference(expected, table, 1e-5)).toBeUndefined()
  })
})

describe('a run of headrace predict that is killed', () => {
  const MODEL = BUNDLED_MODELS.find(({ name }) => name === 'breast-cancer') as BundledModel
  const ROWS = 200_000
  const folder = temporaryFolder()
  const input = join(folder, 'rows.csv')
  let whole: Buffer

  beforeAll(async () => {
    const { body } = goldenLines(MODEL).find(({ content_type: type }) => type === 'text/csv') ?? { body: '' }
    const [header = '', ...rows] = body.trimEnd().split('\n')
    const lines = Array.from({ length: ROWS }, (_, index) => rows[index % rows.length])
    writeFileSync(input, `${header}\n${lines.join('\n')}\n`)
    whole = readFileSync(await predict(MODEL, ['-i', input], join(folder, 'whole.csv')))
  })

  // A run may be over before this process gets a core.
  test('leaves no output, and makes the same file when it is resumed', { retry: 2 }, async () => {
    const output = join(folder, 'resumed.csv')
    rmSync(output, { force: true })
    const args = ['predict', '-m', MODEL.folder, '-i', input, '-o', output]
    for (const share of [0.1, 0.4, 0.7]) {
      const killed = new HeadraceProcess({ args: [...args, '--resume'], cwd: folder })
      while (sizeOf(`${output}.partial`) < whole.length * share) {
        if (existsSync(output)) throw new Error('The run ended before it could be killed')
        await setTimeout(5)
      }
      killed.signal('SIGKILL')
      await killed.finished()
      expect(existsSync(output)).toBe(false)
    }
    await predict(MODEL, ['-i', input, '--resume'], output)
    expect(readFileSync(output).equals(whole)).toBe(true)
    expect(existsSync(`${output}.partial`)).toBe(false)
  })

  test('is the same as its shards put together', async () => {
    const shards: Buffer[] = []
    for (const index of [0, 1, 2]) {
      const output = join(folder, `shard-${index}.csv`)
      await predict(MODEL, ['-i', input, '--shard', `${index}/3`], output)
      const text = readFileSync(output)
      shards.push(index === 0 ? text : text.subarray(text.indexOf('\n') + 1))
    }
    expect(Buffer.concat(shards).equals(whole)).toBe(true)
  })
})

describe('a file far larger than what is held of it', () => {
  const MODEL = BUNDLED_MODELS.find(({ name }) => name === 'breast-cancer') as BundledModel
  /** Rows of a file that takes all the blocks that are held at a time. */
  const SMALL = 100_000
  const folder = temporaryFolder()

  /** Peak of the process in bytes, as its last line tells it. */
  async function peakOf(input: string): Promise<number> {
    const plan = { args: ['predict', '-m', MODEL.folder, '-i', input, '-o', `${input}.csv`], cwd: folder }
    const { code, stderr } = await run(plan)
    expect(code, stderr).toBe(0)
    return Number(/, (\d+) MB\.$/m.exec(stderr)?.[1]) * 1e6
  }

  test.each([
    ['csv', 12],
    ['jsonl', 6],
  ])('takes hardly more memory than one that fills it (%s, %i times as large)', async (kind, times) => {
    const { body } = goldenLines(MODEL).find(({ content_type: type }) => type === 'text/csv') ?? { body: '' }
    const [header = '', ...records] = body.trimEnd().split('\n')
    const names = header.split(',')
    const lines =
      kind === 'csv'
        ? records
        : records.map((record) =>
            JSON.stringify(Object.fromEntries(record.split(',').map((cell, i) => [names[i], Number(cell)]))),
          )
    const part = Array.from({ length: SMALL }, (_, row) => `${lines[row % lines.length]}\n`).join('')
    const [small, large] = [join(folder, `small.${kind}`), join(folder, `large.${kind}`)]
    for (const path of [small, large]) writeFileSync(path, kind === 'csv' ? `${header}\n` : '')
    appendFileSync(small, part)
    for (let i = 0; i < times; i += 1) appendFileSync(large, part)
    const growth = (await peakOf(large)) - (await peakOf(small))
    expect(growth).toBeLessThan(0.3 * (sizeOf(large) - sizeOf(small)))
  })
})

function sizeOf(path: string): number {
  return existsSync(path) ? statSync(path).size : 0
}
