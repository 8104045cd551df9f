import { Readable } from 'node:stream'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ByteInput } from '../../../../src/batch/input/byte-input.ts'
import { StreamInput } from '../../../../src/batch/input/byte-input.ts'
import { cutBlocks } from '../../../../src/batch/input/csv/cut-blocks.ts'
import { RecordScanner } from '../../../../src/batch/input/csv/record-scanner.ts'
import { Slabs } from '../../../../src/batch/input/slabs.ts'
import { tokenizeRecords } from '../../../../src/protocols/mlflow-scoring/csv/csv-tokenizer.ts'

const WIDTH = 50
/** Small, so that blocks end inside of everything. */
const SLAB_BYTES = 16

const csvText = fc
  .array(fc.constantFrom('a', '1', ',', '"', '""', '\n', '\r\n', '\r', ' ', '\t', 'é', '"x\ny"', 'b,c\n'), {
    maxLength: 60,
  })
  .map((pieces) => pieces.join(''))

interface Cut {
  readonly bytes: string
  readonly firstLine: number
}

async function cut(text: string, blockBytes: number, chunkBytes = 7): Promise<Cut[]> {
  const cuts: Cut[] = []
  const position = { offset: 0, line: 1 }
  const blocks = cutBlocks({
    input: pipeOf(text, chunkBytes),
    begun: new Uint8Array(0),
    position,
    blockBytes,
    slabs: new Slabs(SLAB_BYTES),
  })
  for await (const { content, release } of blocks) {
    cuts.push({ bytes: Buffer.from(content.bytes).toString('latin1'), firstLine: content.firstLine })
    release()
  }
  return cuts
}

function pipeOf(text: string, chunkBytes: number): ByteInput {
  const bytes = Buffer.from(text)
  const chunks: Buffer[] = []
  for (let at = 0; at < bytes.length; at += chunkBytes) chunks.push(bytes.subarray(at, at + chunkBytes))
  return new StreamInput(Readable.from(chunks))
}

/** The cells as the tokenizer has them; undefined where it refuses the text. */
function rowsOf(text: string): string[][] | undefined {
  try {
    const table = tokenizeRecords(text, WIDTH, 1)
    const columns = Array.from({ length: WIDTH }, (_, index) => table.column(index))
    return Array.from({ length: table.rows }, (_, row) => columns.map((cells) => cells[row]!))
  } catch {
    return undefined
  }
}

const utf8 = (binary: string) => Buffer.from(binary, 'latin1').toString()

describe('cutting CSV into blocks', () => {
  it('leaves out no byte and adds none', async () => {
    await fc.assert(
      fc.asyncProperty(csvText, fc.integer({ min: 1, max: 30 }), async (text, blockBytes) => {
        const cuts = await cut(text, blockBytes)
        expect(cuts.map(({ bytes }) => utf8(bytes)).join('')).toBe(text)
      }),
    )
  })

  it('agrees with the tokenizer on what a record is', async () => {
    await fc.assert(
      fc.asyncProperty(csvText, fc.integer({ min: 1, max: 30 }), async (text, blockBytes) => {
        const whole = rowsOf(text)
        const cuts = await cut(text, blockBytes)
        if (whole === undefined) return
        expect(cuts.flatMap(({ bytes }) => rowsOf(utf8(bytes)) ?? [['refused']])).toEqual(whole)
      }),
      { numRuns: 500 },
    )
  })

  it('depends on the text and the size of blocks alone, not on how the bytes come', async () => {
    await fc.assert(
      fc.asyncProperty(csvText, fc.integer({ min: 1, max: 20 }), async (text, chunkBytes) => {
        expect(await cut(text, 10, chunkBytes)).toEqual(await cut(text, 10, 1_000))
      }),
    )
  })

  it('makes the same cuts when it begins behind any of the blocks', async () => {
    const text = 'a,"b\nc"\n1,2\r\n\n3,4\n"5",6\n7,8\n'
    const cuts = await cut(text, 6)
    const behindFirst = text.slice(cuts[0]!.bytes.length)
    expect((await cut(behindFirst, 6)).map(({ bytes }) => bytes)).toEqual(
      cuts.slice(1).map(({ bytes }) => bytes),
    )
  })

  it('counts the lines before each block, those inside of quotes and blank ones too', async () => {
    const cuts = await cut('a\n"b\nc"\n\nd\r\ne\n', 1)
    expect(cuts).toEqual([
      { bytes: 'a\n', firstLine: 1 },
      { bytes: '"b\nc"\n', firstLine: 2 },
      { bytes: '\n', firstLine: 4 },
      { bytes: 'd\r\n', firstLine: 5 },
      { bytes: 'e\n', firstLine: 6 },
    ])
  })
})

describe('a record scanner', () => {
  it('counts cells as the tokenizer does', () => {
    for (const [text, cells] of [
      ['a,b,c', 3],
      ['"a,b",c', 2],
      ['a"b,c', 2],
      [',', 2],
      ['"a""b"x,"c', 2],
    ] as const) {
      expect(new RecordScanner(Buffer.from(text), true).cellCount(0)).toBe(cells)
    }
  })

  it('does not tell what more text could change', () => {
    for (const text of ['a,b', '"a"', '"a\n', 'a\r', ' \t']) {
      expect(new RecordScanner(Buffer.from(text), false).recordEnd(0)).toBeUndefined()
    }
  })
})
