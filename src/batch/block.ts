import type { Frame } from '../protocols/mlflow-scoring/frame.ts'
import type { PackedFrame } from './input/parquet/pack-frame.ts'

/** Where a source goes on, which is behind a block. Plain data: a journal keeps it. */
export interface SourcePosition {
  /** Bytes of a text, rows of a parquet file. */
  readonly offset: number
  /** Of a text: the line on which the next block begins, counted from 1. */
  readonly line: number
}

/** The rows of a block as a worker gets them. Plain data: it crosses threads. */
export type BlockContent =
  /** Whole records without the header. */
  | { readonly kind: 'csv'; readonly bytes: Uint8Array; readonly firstLine: number }
  /** Whole elements of the list of rows, with commas between them. */
  | { readonly kind: 'json'; readonly elements: Uint8Array }
  /** Whole lines of JSON Lines. */
  | { readonly kind: 'lines'; readonly bytes: Uint8Array; readonly firstLine: number }
  | { readonly kind: 'frame'; readonly frame: Frame | PackedFrame }
  /** All of the input, which cannot be cut. */
  | { readonly kind: 'document'; readonly path: string }

/** A part of the input, cut at a place that depends on the input and the options alone. */
export interface Block {
  readonly content: BlockContent
  /** Where the next block begins. */
  readonly next: SourcePosition
  /** Called once the block's predictions are written: its memory may be used again. */
  release(): void
}
