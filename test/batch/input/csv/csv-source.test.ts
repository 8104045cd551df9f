import { Readable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { StreamInput } from '../../../../src/batch/input/byte-input.ts'
import { CsvSource } from '../../../../src/batch/input/csv/csv-source.ts'

const MEGABYTE = 1024 * 1024

/** A pipe that brings `start` and then the same over and over. */
function openEndless(start: string, rest: string): Promise<CsvSource> {
  function* chunks(): Generator<Buffer> {
    yield Buffer.from(start)
    const chunk = Buffer.alloc(MEGABYTE, rest)
    for (;;) yield chunk
  }
  const pipe = new StreamInput(Readable.from(chunks()))
  return CsvSource.open({
    from: { pipe },
    size: { rows: 1e6, bytes: MEGABYTE },
    shard: { index: 0, count: 1 },
  })
}

describe('a CSV source', () => {
  it('refuses a header without end', async () => {
    await expect(openEndless('a,b', ',c')).rejects.toThrow(/^The header does not end within/)
    await expect(openEndless('"a', '\n')).rejects.toThrow(/^The header does not end within/)
  })

  it('refuses a first record without end', async () => {
    await expect(openEndless('a,b\n', '1')).rejects.toThrow(/^A record that begins on line 2 or later/)
  })
})
