import type { OutputShape, PredictedBlock } from '../batch-messages.ts'
import { otherColumns } from './other-columns.ts'
import type { PredictionWriter, WriterState } from './prediction-writer.ts'
import type { Spools, TextOutput } from './text-output.ts'

type ListShape = OutputShape & { readonly kind: 'records' | 'tensors' }

/** Of a text and its spools: what a run goes on from. */
export interface TextState {
  readonly length: number
  readonly spools: readonly number[]
  /** As the first block with predictions had it. */
  readonly shape: OutputShape | null
  /** Whether the lists have items. */
  readonly hasItems: boolean
}

export interface TextWriterInit {
  readonly output: TextOutput
  readonly spools: Spools
  /** The file's name when it is complete; undefined for a stream. */
  readonly path: string | undefined
  /** All rows are bad, or there are none: then a reply is made without having seen one. */
  readonly isJson: boolean
  readonly state?: TextState
}

/** Puts together the lines of CSV and JSON Lines, or the pieces of one JSON reply. */
export class TextWriter implements PredictionWriter {
  readonly #init: TextWriterInit
  #shape: OutputShape | null
  #hasItems: boolean

  constructor(init: TextWriterInit) {
    this.#init = init
    this.#shape = init.state?.shape ?? null
    this.#hasItems = init.state?.hasItems ?? false
  }

  async append({ shape, parts }: PredictedBlock): Promise<void> {
    if (shape === undefined) return
    if (this.#shape === null) await this.#begin(shape)
    else if (JSON.stringify(shape) !== JSON.stringify(this.#shape)) throw otherColumns()
    const hasItems = parts.some(({ length }) => length > 0)
    const { output, spools, path } = this.#init
    const separator = this.#hasItems && hasItems && isList(shape) ? ', ' : ''
    for (const [i, part] of parts.entries()) {
      const pieces = separator === '' ? [part] : [Buffer.from(separator), part]
      for (const bytes of pieces) await (i === 0 ? output.write(bytes) : spools.write(i - 1, bytes))
      // A stream's reader may keep what it was given.
      if (i > 0 || path !== undefined) free(part)
    }
    this.#hasItems ||= hasItems
  }

  state(): WriterState {
    const { output, spools } = this.#init
    const state: TextState = {
      length: output.length,
      spools: spools.lengths,
      shape: this.#shape,
      hasItems: this.#hasItems,
    }
    return { ...state }
  }

  async sync(): Promise<void> {
    await this.#init.output.sync()
    await this.#init.spools.sync()
  }

  async finish(): Promise<void> {
    const { output, spools, isJson } = this.#init
    if (this.#shape === null && isJson) await this.#begin({ kind: 'records' })
    const shape = this.#shape
    if (shape !== null && isList(shape)) {
      await this.#write(']')
      const others = shape.kind === 'tensors' ? shape.keys.slice(1) : []
      for (const [i, key] of others.entries()) {
        await this.#write(`, ${key}[`)
        if (this.#hasItems) for await (const bytes of spools.read(i)) await output.write(bytes)
        await this.#write(']')
      }
      await this.#write(shape.kind === 'tensors' ? '}}' : '}')
    }
    await output.sync()
  }

  async publish(id: string): Promise<void> {
    const { output, spools } = this.#init
    await output.publish(id)
    await spools.discard()
  }

  async close(): Promise<void> {
    const { path, output, spools } = this.#init
    await output.close()
    await spools.close()
    // Nothing goes on from a stream.
    if (path === undefined) await spools.discard()
  }

  async #begin(shape: OutputShape): Promise<void> {
    this.#shape = shape
    if (shape.kind === 'lines') await this.#write(shape.header)
    if (shape.kind === 'records') await this.#write('{"predictions": [')
    if (shape.kind === 'tensors') await this.#write(`{"predictions": {${shape.keys[0]}[`)
  }

  async #write(text: string): Promise<void> {
    await this.#init.output.write(Buffer.from(text))
  }
}

/** Gives the memory back at once: the garbage collector sees small objects only, and takes its time. */
function free({ buffer }: Uint8Array): void {
  if (buffer instanceof ArrayBuffer) buffer.transfer(0)
}

function isList(shape: OutputShape): shape is ListShape {
  return shape.kind === 'records' || shape.kind === 'tensors'
}
