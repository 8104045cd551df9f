import type { BadRow } from '../batch-messages.ts'
import { PartialFile } from './partial-file.ts'

/** The rows that could not be predicted, as JSON lines: `{"row": 17, "line": 19, "input": …, "error": "…"}`. */
export class BadRowsFile {
  readonly #file: PartialFile

  /** @param length bytes of an earlier run to go on from. */
  static async open(path: string, length?: number): Promise<BadRowsFile> {
    return new BadRowsFile(await PartialFile.open(path, length))
  }

  private constructor(file: PartialFile) {
    this.#file = file
  }

  get length(): number {
    return this.#file.length
  }

  /** @param firstRow the number of the block's first row in the whole input. */
  async append(badRows: readonly BadRow[], firstRow: number): Promise<void> {
    if (badRows.length === 0) return
    const lines = badRows.map((bad) => `${JSON.stringify({ ...bad, row: firstRow + bad.row })}\n`)
    await this.#file.write(Buffer.from(lines.join('')))
  }

  async sync(): Promise<void> {
    await this.#file.sync()
  }

  async publish(id: string): Promise<void> {
    await this.#file.publish(id)
  }

  async close(): Promise<void> {
    await this.#file.close()
  }
}
