import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { readTrace } from '../../../src/bench/load/read-trace.ts'

const folder = mkdtempSync(join(tmpdir(), 'trace-'))
afterAll(() => rmSync(folder, { recursive: true }))

function read(text: string): Promise<readonly number[]> {
  const path = join(folder, 'trace')
  writeFileSync(path, text)
  return readTrace(path)
}

describe('arrivals are read from', () => {
  test.each([
    ['milliseconds, in any order', '30\n10\n\n# a remark\n20.5\r\n', [0, 10.5, 20]],
    ['times with their units', '1s\n1500 ms\n2.25s', [0, 500, 1250]],
    ['JSON lines', '{"time": 5, "path": "/a"}\n{"timestamp": "7 ms"}\n{"time": "0.5s"}', [0, 2, 495]],
    ['dates', '{"timestamp": "2026-11-22T10:00:00.250Z"}\n{"timestamp": "2026-11-22T10:00:00Z"}', [0, 250]],
  ])('%s', async (_name, text, expected) => {
    expect(await read(text)).toEqual(expected)
  })
})

test.each([
  ['', 'has 0 arrivals'],
  ['12\n', 'has 1 arrivals'],
  ['1\nsoon\n', 'line 2: "soon" is no time'],
  ['1e999', 'line 1: "1e999" is no time'],
  ['1\n{"at": 3}', 'line 2: there is neither a time nor a timestamp'],
  ['{"time": tomorrow}', 'line 1: this is no JSON'],
  ['{"time": [1]}', 'line 1: [1] is no time'],
  ['{"time": "yesterday"}', 'line 1: "yesterday" is no time'],
  ['4\n4\n', 'at the same time'],
])('a trace of %j is refused: %s', async (text, message) => {
  await expect(read(text)).rejects.toMatchObject({
    code: 'INVALID_PARAMETER_VALUE',
    message: expect.stringContaining(message),
  })
})

test('a file that is not there is refused', async () => {
  await expect(readTrace(join(folder, 'none'))).rejects.toMatchObject({ code: 'INVALID_PARAMETER_VALUE' })
})
