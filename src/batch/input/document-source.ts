import type { ScoringMediaType } from '../../protocols/mlflow-scoring/scoring-codec.ts'
import type { Block, SourcePosition } from '../block.ts'
import type { InputSpec } from '../job.ts'
import type { BlockSource } from './block-source.ts'

/** An input that cannot be cut without changing the answer: one block, which a worker reads by itself. */
export class DocumentSource implements BlockSource {
  readonly input: InputSpec
  readonly start: SourcePosition = { offset: 0, line: 1 }
  readonly end = 1
  readonly #path: string

  constructor(path: string, mediaType: ScoringMediaType) {
    this.input = { kind: 'document', mediaType }
    this.#path = path
  }

  async *blocks(from: SourcePosition): AsyncGenerator<Block, void, undefined> {
    if (from.offset >= this.end) return
    yield {
      content: { kind: 'document', path: this.#path },
      next: { offset: this.end, line: 1 },
      release: () => {},
    }
  }

  async close(): Promise<void> {}
}
