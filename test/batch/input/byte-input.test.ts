import { once } from 'node:events'
import { createReadStream } from 'node:fs'
import { Readable } from 'node:stream'
import { expect, test } from 'vitest'
import { StreamInput } from '../../../src/batch/input/byte-input.ts'
import { spoolInput } from '../../../src/batch/input/input-place.ts'

/** A stream of which it was known before it was read that it cannot be opened. */
async function unopened(): Promise<Readable> {
  const stream = createReadStream('/no/such/pipe')
  await once(stream, 'error')
  return stream
}

const REFUSAL = { code: 'INVALID_PARAMETER_VALUE', message: expect.stringContaining('/no/such/pipe') }

test('a pipe gives its bytes in the pieces that are asked for', async () => {
  const input = new StreamInput(Readable.from([Buffer.from('abc'), Buffer.alloc(0), Buffer.from('de')]))
  const bytes = Buffer.alloc(8)
  const counts: number[] = []
  for (let at = 0; ; at += counts.at(-1) ?? 0) {
    const count = await input.read(bytes, at, 2)
    if (count === 0) break
    counts.push(count)
  }
  expect(counts).toEqual([2, 1, 2])
  expect(bytes.toString('utf8', 0, 5)).toBe('abcde')
})

test('a pipe that cannot be opened is refused in one sentence', async () => {
  const input = new StreamInput(await unopened())
  await expect(input.read(Buffer.alloc(8), 0, 8)).rejects.toMatchObject(REFUSAL)
  await expect(spoolInput(await unopened())).rejects.toMatchObject(REFUSAL)
})
