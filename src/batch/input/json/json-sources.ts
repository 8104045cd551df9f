import { badRequest } from '../../../core/errors.ts'
import type { ModelSignature } from '../../../signature/model-signature.ts'
import { refuseShards, type Shard } from '../../shard.ts'
import type { BlockSource } from '../block-source.ts'
import { FileInput } from '../byte-input.ts'
import { countLines } from '../csv/csv-cutter.ts'
import { cutColumnsOfLines } from './cut-columns-of-lines.ts'
import { cutLines } from './cut-lines.ts'
import { CutSource } from './cut-source.ts'
import type { JsonBlockLimits, JsonBlocks, JsonEnvelope } from './json-blocks.ts'

const CHUNK_BYTES = 1024 * 1024

/** A JSON document whose list of rows is cut between its elements. */
export function documentSource(cuts: JsonBlocks, shard: Shard): Promise<BlockSource> {
  return CutSource.create({
    input: { kind: 'json', envelope: cuts.envelope },
    cuts,
    shard,
    read: (index) => ({ content: { kind: 'json', elements: cuts.block(index).elements }, lines: 0 }),
    lineAt: async () => 0,
    close: async () => {},
  })
}

export interface LinesSourceInit {
  readonly path: string
  readonly signature: ModelSignature | undefined
  readonly limits: JsonBlockLimits
  readonly shard: Shard
  /** JSON text of parameters for the model. */
  readonly params: string | undefined
}

/** All lines in one block. */
const NO_LIMITS: JsonBlockLimits = {
  blockRows: Number.POSITIVE_INFINITY,
  blockBytes: Number.POSITIVE_INFINITY,
}

/**
 * A JSON Lines file, cut between lines where the types of its columns allow that. That each line is one value is
 * found out by the workers.
 */
export async function linesSource(init: LinesSourceInit): Promise<BlockSource> {
  const { path, signature, shard, params } = init
  const columns = cutColumnsOfLines(path, signature)
  const isWhole = columns === undefined
  if (isWhole) refuseShards(shard)
  const cuts = cutLines(path, isWhole ? NO_LIMITS : init.limits)
  const file = await FileInput.open(path)
  const envelope = withParams(cuts.envelope, params)
  return CutSource.create({
    input: { kind: 'lines', envelope: isWhole ? envelope : { ...envelope, columns }, isWhole },
    cuts,
    shard,
    read: async (index, firstLine) => {
      const bytes = await readRange(file, cuts.offsetOf(index), cuts.offsetOf(index + 1))
      return { content: { kind: 'lines', bytes, firstLine }, lines: countLines(bytes) }
    },
    lineAt: (offset) => lineAt(file, offset),
    close: () => file.close(),
  })
}

function withParams({ prefix, suffix }: JsonEnvelope, params: string | undefined): JsonEnvelope {
  if (params === undefined) return { prefix, suffix }
  return { prefix, suffix: Buffer.from(`], "params": ${params}}`) }
}

async function readRange(file: FileInput, from: number, to: number): Promise<Buffer> {
  const bytes = Buffer.alloc(to - from)
  file.seek(from)
  for (let filled = 0; filled < bytes.length; ) {
    const read = await file.read(bytes, filled, bytes.length - filled)
    if (read === 0) throw badRequest('The input has become shorter while it was read.')
    filled += read
  }
  return bytes
}

/** Counted from 1. */
async function lineAt(file: FileInput, offset: number): Promise<number> {
  let line = 1
  for (let at = 0; at < offset; at += CHUNK_BYTES) {
    line += countLines(await readRange(file, at, Math.min(offset, at + CHUNK_BYTES)))
  }
  return line
}
