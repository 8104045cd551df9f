import { globSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parquetReadObjects } from 'hyparquet'
import { compressors } from 'hyparquet-compressors'
import { parquetWriteBuffer } from 'hyparquet-writer'
import { beforeAll, describe, expect, test } from 'vitest'
import type { PrepareOptions } from '../../src/flavors/flavor.ts'
import { temporaryFolder } from '../fixtures/temporary-folder.ts'
import { TestClient } from '../server/grpc/support.ts'
import { buildPrograms } from './support/containers/built-image.ts'
import { HeadraceProcess, ROOT, run } from './support/headrace-process.ts'
import { type ImageRoot, layOut } from './support/image-root.ts'
import { RolloutServer } from './support/rollout-server.ts'
import { modelInfo, serving } from './support/serving.ts'

const IRIS = `${ROOT}models/iris/1`
const DIGITS = `${ROOT}models/digits-layers/1`
const COLUMNS = ['sepal length (cm)', 'sepal width (cm)', 'petal length (cm)', 'petal width (cm)']
const ROWS = [
  [5.1, 3.5, 1.4, 0.2],
  [6.1, 2.5, 5.4, 1.2],
  [6.5, 3.0, 5.8, 2.2],
]
const CSV = `${COLUMNS.join(',')}\n${ROWS.map((row) => row.join(',')).join('\n')}\n`
const PARQUET = parquetWriteBuffer({
  columnData: COLUMNS.map((name, at) => ({ name, data: ROWS.map((row) => row[at]!), type: 'DOUBLE' })),
})
const JSON_TYPE = 'application/json'

interface Asked {
  readonly path: string
  readonly type: string
  readonly body: string | Uint8Array<ArrayBuffer>
}

const scored = (value: unknown): Asked => ({
  ...{ path: '/invocations', type: JSON_TYPE, body: JSON.stringify(value) },
})

/** Each dialect and media type once, and what is refused. */
const REQUESTS: readonly Asked[] = [
  scored({ dataframe_split: { columns: COLUMNS, data: ROWS } }),
  scored({ inputs: Object.fromEntries(COLUMNS.map((name, at) => [name, ROWS.map((row) => row[at])])) }),
  scored({ dataframe_split: { columns: COLUMNS.slice(1), data: [[1, 2, 3]] } }),
  scored({ dataframe_split: 7 }),
  { path: '/invocations', type: 'text/csv', body: CSV },
  { path: '/invocations', type: 'application/vnd.apache.parquet', body: new Uint8Array(PARQUET) },
  {
    ...{ path: '/v2/models/model/infer', type: JSON_TYPE },
    body: JSON.stringify({
      inputs: [{ name: 'X', datatype: 'FP32', shape: [3, 4], data: ROWS.flat() }],
    }),
  },
  {
    ...{ path: '/v1/models/model:predict', type: JSON_TYPE },
    body: JSON.stringify({ instances: ROWS }),
  },
]

async function answerTo(url: string, { path, type, body }: Asked): Promise<string> {
  const reply = await fetch(`${url}${path}`, { method: 'POST', body, headers: { 'content-type': type } })
  return `${reply.status} ${await reply.text()}`
}

/** What a server says to all of them. */
async function answers(url: string, requests: readonly Asked[] = REQUESTS): Promise<readonly string[]> {
  const found: string[] = []
  for (const asked of requests) found.push(await answerTo(url, asked))
  return found
}

async function rootOf(model: string, options?: PrepareOptions): Promise<ImageRoot> {
  return await layOut(model, join(temporaryFolder(), 'root'), options)
}

beforeAll(() => buildPrograms())

describe('the program of an image with onnxruntime, in a folder of its own', () => {
  let root: ImageRoot
  let expected: readonly string[]
  const plan = (...args: readonly string[]) => ({
    ...{ uri: root.model, command: root.command, cwd: root.folder, args },
  })

  beforeAll(async () => {
    root = await rootOf(IRIS)
    expect(root.engine).toBe('onnxruntime')
    expected = await serving({ uri: root.model }, ({ url }) => answers(url))
    expect(expected.filter((answer) => answer.startsWith('200 '))).toHaveLength(REQUESTS.length - 2)
  })

  test.each([
    ['inline', ['--placement', 'inline', '--listeners', '1']],
    ['in a pool', ['--placement', 'pool', '-w', '2', '--listeners', '1']],
    ['by two listeners', ['--listeners', '2']],
    ['by two processes', ['--processes', '2']],
  ])('answers as Headrace itself does, %s', async (_, args) => {
    await serving(plan(...args), async ({ url, process }) => {
      expect(await answers(url)).toEqual(expected)
      expect(process.output).toContain('golden requests answered as recorded')
      expect((await process.terminate()).code).toBe(0)
    })
  })

  test('tells of itself: metrics, documentation, OpenAPI, its version', async () => {
    await serving(plan(), async ({ url }) => {
      expect(await modelInfo(url)).toMatchObject({ engine: 'onnxruntime' })
      const read = async (path: string): Promise<string> => await (await fetch(`${url}${path}`)).text()
      expect(await read('/docs')).toContain('<title>Headrace</title>')
      expect(await read('/openapi.json')).toContain('/invocations')
      expect(await read('/version')).toMatch(/\d+\.\d+/)
    })
  })

  test('is found healthy by the health check, and unhealthy when nothing answers', async () => {
    const command = [process.execPath, join(root.folder, 'opt/headrace/healthcheck.js')]
    const check = (port: string) => run({ command, args: [], env: { MLFLOW_PORT: port } })
    await serving(plan(), async ({ url }) => {
      expect(await check(new URL(url).port)).toMatchObject({ code: 0 })
    })
    expect(await check('1')).toMatchObject({ code: 1, stderr: expect.stringContaining('unhealthy') })
  })

  test('answers over gRPC, with what it reads from files of the protocol', async () => {
    const args = ['serve', '-m', root.model, '--port', '0', '--grpc-port', '0']
    const server = new HeadraceProcess({ command: root.command, cwd: root.folder, args })
    try {
      await server.listening()
      const client = new TestClient(await server.printed(/(?<=gRPC on )[\d.]+:\d+/))
      const contents = { fp32_contents: ROWS.flat() }
      const inputs = [{ name: 'X', datatype: 'FP32', shape: [3, 4], contents }]
      const { reply } = await client.call('ModelInfer', { model_name: 'model', inputs })
      expect(JSON.stringify(reply)).toContain(Buffer.from('virginica').toJSON().data.join(','))
      expect((await client.call('ModelMetadata', { name: 'model' })).reply).toMatchObject({ name: 'model' })
    } finally {
      expect((await server.stop()).code).toBe(0)
    }
  })

  test('tries a model in a process of its own before it serves it beside others', async () => {
    await serving(plan('--listeners', '2'), async ({ url }) => {
      const load = async (name: string, path: string): Promise<string> => {
        const body = JSON.stringify({ parameters: { model_uri: path } })
        return await answerTo(url, { path: `/v2/repository/models/${name}/load`, type: JSON_TYPE, body })
      }
      expect(await load('second', `${ROOT}models/iris/2`)).toBe('200 ')
      const asked = { path: '/models/second/invocations', type: 'text/csv', body: CSV }
      expect(await answerTo(url, asked)).toContain('200 {"predictions"')
      expect(await load('third', 'models:/iris@live')).toContain('is not in this image')
    })
  })

  test('compares two mounted models in a rollout, and keeps its state in a file', async () => {
    const models = ['-m', `a=${root.model}`, '-m', `b=${ROOT}models/iris/2`, '--split', 'a=50,b=50']
    const cache = join(root.folder, 'cache')
    const env = { MLFLOW_TRACKING_URI: 'http://127.0.0.1:1', HEADRACE_CACHE_DIR: cache }
    const server = await RolloutServer.start(models, { command: root.command, cwd: root.folder, env })
    await server.process.printed(
      /history of the rollout default is not recorded: MLFLOW_TRACKING_URI has no effect/,
    )
    const body = JSON.stringify({ dataframe_split: { columns: COLUMNS, data: ROWS } })
    const found = await Promise.all(['1', '2', '3', '4', '5', '6'].map((key) => server.score(body, key)))
    expect(new Set(found.map(({ status, variant }) => `${status} ${variant}`))).toEqual(
      new Set(['200 a', '200 b']),
    )
    const outcome = { outcome_id: found[0]?.outcomeId, value: 1 }
    expect((await server.post('/rollouts/default/outcomes', outcome)).body).toEqual({ result: 'accepted' })
    expect((await server.get('/rollouts/default/report')).body).toContain('<title>Rollout default</title>')
    expect((await server.process.stop()).code).toBe(0)
    expect(readdirSync(join(cache, 'rollouts'))).toEqual(['default', 'outcome.key'])
    expect(readdirSync(join(cache, 'rollouts/default'))).toContain('state.json')
  })

  test('predicts files of each format, as Headrace itself does', async () => {
    const inputs: Readonly<Record<string, string | Uint8Array>> = {
      'rows.csv': CSV,
      'rows.parquet': new Uint8Array(PARQUET),
      'rows.json': JSON.stringify({ dataframe_split: { columns: COLUMNS, data: ROWS } }),
    }
    const results = join(root.folder, 'results')
    mkdirSync(results)
    for (const [name, content] of Object.entries(inputs)) {
      writeFileSync(join(results, name), content)
      const predict = ['predict', '-m', root.model, '-i', join(results, name)]
      const own = await run({ command: root.command, args: predict, cwd: root.folder })
      expect({ name, code: own.code, stdout: own.stdout }).toEqual({
        ...{ name, code: 0, stdout: (await run({ args: predict })).stdout },
      })
    }
    const output = join(results, 'out.parquet')
    const args = [
      'predict',
      '-m',
      root.model,
      '-i',
      join(results, 'rows.csv'),
      '-o',
      output,
      '--workers',
      '2',
    ]
    expect((await run({ command: root.command, args, cwd: root.folder })).code).toBe(0)
    const { buffer, byteOffset, byteLength } = readFileSync(output)
    const file = buffer.slice(byteOffset, byteOffset + byteLength)
    expect(await parquetReadObjects({ file, compressors })).toHaveLength(ROWS.length)
  })

  test.each([
    ['a registered model', ['-m', 'models:/iris@live'], 1, 'is not in this image'],
    ['a registry that is followed', ['--watch'], 1, 'this image asks none'],
    ['a tracking store', ['--track', 'serving'], 2, 'records nothing in a tracking store'],
    ['another TF.js model', ['-m', DIGITS], 1, 'build an image of this model'],
    ['TF.js itself', ['-m', DIGITS, '--tfjs-engine', 'wasm'], 1, 'has no TF.js'],
  ])('refuses %s, with what to do', async (_, given, expected, text) => {
    const args = ['serve', ...(given.includes('-m') ? [] : ['-m', root.model]), '--port', '0', ...given]
    const { code, stderr } = await run({ command: root.command, args, cwd: root.folder })
    expect({ code, stderr }).toEqual({ code: expected, stderr: expect.stringContaining(text) })
  })

  test('has the commands that a container runs, and says its version', async () => {
    const help = await run({ command: root.command, args: ['--help'] })
    expect(help.stdout).toMatch(/^ {2}serve /m)
    expect(help.stdout).toMatch(/^ {2}predict /m)
    expect(help.stdout).not.toMatch(/^ {2}(server|models|build-image) /m)
    expect((await run({ command: root.command, args: ['--version'] })).stdout).toMatch(/^\d+\.\d+\.\d+\n$/)
  })
})

describe('the program of an image with a TF.js model', () => {
  /** 8 x 8 pixels of 0 to 16. */
  const image = (scale: number): readonly (readonly (readonly number[])[])[] =>
    Array.from({ length: 8 }, (_, y) => Array.from({ length: 8 }, (__, x) => [((x * y) % 17) * scale]))
  const DIGIT_REQUESTS = [scored({ inputs: [image(1), image(0.5)] }), scored({ inputs: [[1, 2]] })]

  interface Outcome {
    readonly answers: readonly string[]
    readonly engine: string | undefined
    readonly described: string
  }

  const outcomeOf = async (uri: string, given: object, args: readonly string[] = []): Promise<Outcome> =>
    await serving({ uri, args, ...given }, async ({ url }) => ({
      answers: await answers(url, DIGIT_REQUESTS),
      engine: (await modelInfo(url))['engine'],
      described: await (await fetch(`${url}/v2/models/model`)).text(),
    }))

  test('compiled: is run by onnxruntime at once, and answers as the original', async () => {
    const root = await rootOf(DIGITS)
    expect(root.engine).toBe('onnxruntime')
    const expected = await outcomeOf(root.model, {})
    expect(expected.answers[0]).toMatch(/^200 /)
    const { command, folder: cwd } = root
    expect(await outcomeOf(root.model, { command, cwd })).toEqual(expected)
    expect(await outcomeOf(root.model, { command, cwd }, ['--placement', 'pool'])).toEqual(expected)
  })

  test('that TF.js is to run: is run by WebAssembly, without onnxruntime', async () => {
    const root = await rootOf(DIGITS, { tfjsEngine: 'wasm' })
    expect(root.engine).toBe('tfjs')
    const expected = await outcomeOf(root.model, {}, ['--tfjs-engine', 'wasm'])
    expect(expected).toMatchObject({
      engine: 'wasm',
      answers: [expect.stringMatching(/^200 /), expect.stringMatching(/^400 /)],
    })
    const { command, folder: cwd } = root
    expect(await outcomeOf(root.model, { command, cwd })).toEqual(expected)
    const args = ['serve', '-m', IRIS, '--port', '0']
    const { code, stderr } = await run({ command, cwd, args })
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringContaining('build an image of this model'),
    })
  })

  test('whose compiled copy was changed in the image: is not served', async () => {
    const root = await rootOf(DIGITS)
    const copy = findCompiled(root)
    writeFileSync(copy, Buffer.concat([readFileSync(copy), Buffer.from([0])]))
    const { command, folder: cwd } = root
    const { code, stderr } = await run({ command, cwd, args: ['serve', '-m', root.model, '--port', '0'] })
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringContaining('not the one that this image'),
    })
  })
})

function findCompiled({ folder }: ImageRoot): string {
  const [found] = globSync('opt/headrace/compiled/*/model.onnx', { cwd: folder })
  return join(folder, found!)
}
