import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { readGoldenFile } from '../../../src/runtime/load/golden-file.ts'
import { proveGoldenRequests } from '../../../src/runtime/load/golden-requests.ts'
import { FAKE_CODEC } from '../fakes/fake-codec.ts'
import { DoublingPredictor } from '../fakes/flavor-table.ts'

let directory: string

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'golden-'))
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

async function prove(...lines: unknown[]): Promise<number> {
  const text = lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n')
  writeFileSync(join(directory, 'golden.jsonl'), text)
  const model = { predictor: new DoublingPredictor(), scoring: FAKE_CODEC }
  return proveGoldenRequests(model, await readGoldenFile(directory), performance.now() + 5000)
}

const GOOD = {
  content_type: 'application/json',
  body: '[1, 2]',
  status: 200,
  resp: '{"predictions": [2, 4.0]}',
}

test('a model without golden requests has none', async () => {
  expect(await readGoldenFile(directory)).toEqual([])
})

test('answers as recorded are counted, for bodies of text and of bytes', async () => {
  const b64 = Buffer.from('[0.1]').toString('base64')
  const bytes = { ...GOOD, body: { b64 }, resp: '{"predictions": [0.2000001]}' }
  expect(await prove(GOOD, bytes, '')).toBe(2)
})

test('another answer is refused with line and place', async () => {
  const wrong = { ...GOOD, resp: '{"predictions": [2, 5]}' }
  await expect(prove(GOOD, wrong)).rejects.toMatchObject({
    code: 'INVALID_PARAMETER_VALUE',
    message: expect.stringContaining(
      'line 2 of its golden.jsonl as recorded: reply.predictions[1] is 4 instead of 5',
    ),
  })
})

test('a failure where an answer was recorded is refused, and the reverse', async () => {
  await expect(prove({ ...GOOD, body: '{}' })).rejects.toThrow('it fails: The body is not a list')
  await expect(prove({ ...GOOD, status: 400 })).rejects.toThrow('it is answered, where MLflow answered 400')
})

test('a recorded refusal is proved by a refusal', async () => {
  expect(await prove({ ...GOOD, body: '{}', status: 400, resp: '{"error_code": "BAD_REQUEST"}' })).toBe(1)
})

test.each([
  ['not JSON', 'no'],
  ['another content type', { ...GOOD, content_type: 'text/plain' }],
  ['no reply', { ...GOOD, resp: undefined }],
  ['a reply that is not JSON', { ...GOOD, resp: 'Not Found' }],
  ['a body that is neither', { ...GOOD, body: 7 }],
])('a line with %s is refused by its number', async (_, line) => {
  await expect(prove(GOOD, line)).rejects.toThrow('Line 2 of golden.jsonl cannot be read')
})

test('at most 64 are read', async () => {
  expect(await prove(...Array.from({ length: 70 }, () => GOOD))).toBe(64)
})
