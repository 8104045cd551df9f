import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parquetWriteBuffer } from 'hyparquet-writer'
import { describe, expect, it } from 'vitest'
import type { BenchTarget } from '../../../src/bench/target.ts'
import { findTarget } from '../../../src/bench/targets/find-target.ts'
import type { TargetOptions } from '../../../src/bench/targets/target-options.ts'
import type { ModelSignature } from '../../../src/signature/model-signature.ts'
import { temporaryFolder } from '../../fixtures/temporary-folder.ts'

const folder = temporaryFolder()

function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}

/** Nothing listens there: with payload files nothing is asked. */
const URL = 'http://127.0.0.1:1'

function find(payloadFiles: readonly string[], options: Partial<TargetOptions> = {}, url = URL) {
  return findTarget(url, { payloadFiles, headers: {}, ...options })
}

function textsOf({ payloads }: BenchTarget): readonly string[] {
  return payloads.map(({ body = new Uint8Array() }) => Buffer.from(body).toString('utf8'))
}

describe('payload files', () => {
  it('are a body each, mixed by their weights', async () => {
    const small = file('small.json', '{"inputs": [[1, 2]]}')
    const large = file('large.json', '{"dataframe_split": {"data": [[1, NaN], [3, 4]]}}')
    const target = await find([`${small}=3`, `${large}=0.5`], { headers: { authorization: 'Bearer t' } })
    expect(target).toMatchObject({ dialect: 'mlflow', name: '127.0.0.1:1', found: ['2 bodies from 2 files'] })
    const headers = { 'content-type': 'application/json', authorization: 'Bearer t' }
    expect(target.payloads.map(({ body, ...payload }) => payload)).toEqual([
      {
        ...{ name: 'small.json', weight: 3, method: 'POST', path: '/invocations', headers, rows: 1 },
        expected: { status: 200 },
      },
      {
        ...{ name: 'large.json', weight: 0.5, method: 'POST', path: '/invocations', headers },
        // JSON with NaN is sent as it stands, and its rows are not counted.
        ...{ rows: undefined, expected: { status: 200 } },
      },
    ])
    expect(textsOf(target)[1]).toContain('NaN')
  })

  it('of JSON lines are a body a line, of which the file’s weight is shared', async () => {
    const lines = file('lines.jsonl', '{"inputs": [[1]]}\n\n{"inputs": [[2], [3]]}\r\n')
    const { payloads } = await find([lines])
    expect(payloads.map(({ weight, rows }) => [weight, rows])).toEqual([
      [0.5, 1],
      [0.5, 2],
    ])
  })

  it('may begin with a byte order mark, which is not sent', async () => {
    const paths = [
      file('mark.json', '\ufeff{"inputs": [[1]]}'),
      file('mark.jsonl', '\ufeff{"inputs": [[1]]}\r\n'),
    ]
    expect(textsOf(await find(paths))).toEqual(['{"inputs": [[1]]}', '{"inputs": [[1]]}'])
    const csv = file('mark.csv', '\ufeffa,b\r\n1,2\r\n')
    expect(textsOf(await find([csv]))[0]).toContain('"columns": ["a","b"]')
  })

  it.each(['jsonl', 'csv'])(
    'of many bodies are read up to the 10 000th of them, as of %s',
    async (extension) => {
      const line = extension === 'csv' ? '1\n' : '{"inputs": [[1]]}\n'
      const path = file(`many.${extension}`, `${extension === 'csv' ? '"a\n"\n' : ''}${line.repeat(10_001)}`)
      const { payloads, found } = await find([path])
      expect(payloads).toHaveLength(10_000)
      expect(found).toEqual(['10000 bodies of 1 row from a file', 'of longer files the rest is left out'])
    },
  )

  it('of CSV are rows, put together to bodies', async () => {
    const csv = file('rows.csv', 'a,t\n1,x\n2,"y, z"\n3,\n4,w\n5,v\n')
    const target = await find([csv], { rows: 2 })
    expect(textsOf(target).map((text) => JSON.parse(text))).toEqual([
      {
        dataframe_split: {
          columns: ['a', 't'],
          data: [
            [1, 'x'],
            [2, 'y, z'],
          ],
        },
      },
      {
        dataframe_split: {
          columns: ['a', 't'],
          data: [
            [3, null],
            [4, 'w'],
          ],
        },
      },
    ])
    expect(target.found).toEqual(['2 bodies of 2 rows from a file'])
    // All rows where there are fewer.
    expect((await find([csv], { rows: 9 })).payloads).toHaveLength(1)
  })

  it('of CSV have the types of the signature', async () => {
    const csv = file('typed.csv', 'code\n007\n008\n')
    const column = { name: 'code', type: 'string' as const, required: true }
    const signature: ModelSignature = {
      inputs: { kind: 'columns', columns: [column] },
      ...{ outputs: undefined, params: undefined, fromTypeHint: false },
    }
    expect(textsOf(await find([csv], { model: { signature } }))).toEqual([
      '{"dataframe_split": {"columns": ["code"], "data": [["007"]]}}',
      '{"dataframe_split": {"columns": ["code"], "data": [["008"]]}}',
    ])
    expect(textsOf(await find([csv]))[0]).toContain('[[7]]')
  })

  it('of CSV go as they stand with their own type', async () => {
    const csv = file('plain.csv', 'a\n1\n2\n')
    const { payloads } = await find([csv], { contentType: 'text/csv' })
    expect(payloads).toMatchObject([{ headers: { 'content-type': 'text/csv' }, rows: undefined }])
  })

  it('of parquet are rows, with integers of any size, times and bytes', async () => {
    const parquet = parquetWriteBuffer({
      columnData: [
        { name: 'n', data: [2n ** 53n + 1n, 2n], type: 'INT64' },
        { name: 'when', data: [new Date('2024-05-06T07:08:09Z'), new Date(0)], type: 'TIMESTAMP' },
        { name: 't', data: ['ä', 'b'], type: 'STRING' },
      ],
    })
    const target = await find([file('rows.parquet', Buffer.from(parquet))], { rows: 2 })
    expect(textsOf(target)).toEqual([
      '{"dataframe_split": {"columns": ["n","when","t"], "data": ' +
        '[[9007199254740993, "2024-05-06T07:08:09.000", "ä"], [2, "1970-01-01T00:00:00.000", "b"]]}}',
    ])
  })

  it('go to the path of the URL, or that of the dialect', async () => {
    const body = file(
      'body.json',
      '{"inputs": [{"name": "x", "shape": [2, 1], "datatype": "FP32", "data": [1, 2]}]}',
    )
    const infer = await find([body], { dialect: 'open-inference', modelName: 'a b' })
    expect(infer.payloads[0]).toMatchObject({ path: '/v2/models/a%20b/infer', rows: 2 })
    const plain = await find([body], {}, `${URL}/score?x=1`)
    expect([plain.dialect, plain.payloads[0]?.path]).toEqual(['plain', '/score?x=1'])
    const grpc = await find([file('message.bin', Buffer.of(1))], {}, 'grpc://127.0.0.1:1')
    expect(grpc.payloads[0]).toMatchObject({
      ...{ path: '/inference.GRPCInferenceService/ModelInfer', headers: {}, expected: { status: 0 } },
    })
    await expect(find([body], { dialect: 'v1' })).rejects.toThrow('name the model with --model')
  })

  it.each([
    ['missing.json', undefined, 'cannot be read: ENOENT'],
    ['broken.json', '{"inputs": [1', 'broken.json is not JSON'],
    ['broken.jsonl', '{}\n{', 'broken.jsonl, line 2, is not JSON'],
    ['nothing.csv', '', 'nothing.csv is empty'],
    ['nothing.json', '', 'nothing.json is empty'],
    ['empty.csv', 'a,b\n', 'empty.csv has no rows'],
    ['empty.jsonl', '\n', 'empty.jsonl has no rows'],
    ['utf-16.json', Buffer.from('\ufeff{}', 'utf16le'), 'utf-16.json is not JSON: it is not UTF-8'],
    ['broken.parquet', 'no parquet', 'broken.parquet cannot be read'],
  ])('like %s are refused with what is wrong', async (name, content, reason) => {
    const path = content === undefined ? join(folder, name) : file(name, content)
    await expect(find([path])).rejects.toThrow(reason)
  })

  it('have weights above 0, and rows only for MLflow’s protocol', async () => {
    const csv = file('some.csv', 'a\n1\n')
    await expect(find([`${csv}=0`])).rejects.toThrow('a weight is above 0')
    await expect(find([csv], { dialect: 'v1', modelName: 'm' })).rejects.toThrow("MLflow's protocol alone")
  })
})

describe('golden answers from a file', () => {
  const body = file('asked.json', '{"inputs": [[1]]}')

  it('are the ones that payloads have to be answered with', async () => {
    const golden = file('golden.json', '{\n  "predictions": [1]\n}')
    const { payloads } = await find([body], { goldenFile: golden, relativeTolerance: 0.1 })
    expect(payloads[0]?.expected.check).toMatchObject({ kind: 'golden', relativeTolerance: 0.1 })
  })

  it('may be a line for each of them', async () => {
    const golden = file('golden.jsonl', '{"predictions": [1]}\n{"predictions": [2]}\n')
    const { payloads } = await find([body, body], { goldenFile: golden })
    expect(payloads.map(({ expected }) => expected.check)).toMatchObject([
      { answer: '{"predictions": [1]}' },
      { answer: '{"predictions": [2]}' },
    ])
    await expect(find([body], { goldenFile: golden })).rejects.toThrow(
      'has 2 answers, and there are 1 payloads',
    )
  })

  it.each([
    ['{"predictions": [1]}\n{', 'neither JSON nor lines of JSON: see line 2'],
    ['{"answer": 1}', "answer 1: no 'predictions' in the answer"],
  ])('like %j are refused', async (content, reason) => {
    await expect(find([body], { goldenFile: file('wrong.json', content) })).rejects.toThrow(reason)
  })

  it('need rows that are known where predictions are to be checked', async () => {
    const plain = file('plain.txt', 'text')
    await expect(find([plain], { check: 'predictions' })).rejects.toThrow(
      'how many rows the payloads have is not known',
    )
  })
})
