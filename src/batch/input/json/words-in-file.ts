import { ByteReader } from './byte-reader.ts'

/**
 * Which of some words stand anywhere in a file. Reads on only as long as one of them has not been found.
 * @throws ServingError BAD_REQUEST where the file cannot be read
 */
export function wordsInFile(path: string, words: readonly string[]): ReadonlySet<string> {
  const search = new WordSearch(words)
  const reader = new ByteReader(path)
  try {
    for (let chunk = reader.next(); chunk.length > 0 && !search.isDone; chunk = reader.next())
      search.in(chunk)
    return search.found
  } finally {
    reader.close()
  }
}

class WordSearch {
  readonly found = new Set<string>()
  readonly #words: readonly { readonly text: string; readonly bytes: Buffer }[]
  readonly #overlapBytes: number
  /** Of the chunk before: a word may begin in one and end in the next. */
  #end = Buffer.alloc(0)

  constructor(words: readonly string[]) {
    this.#words = words.map((text) => ({ text, bytes: Buffer.from(text) }))
    this.#overlapBytes = Math.max(0, ...this.#words.map(({ bytes }) => bytes.length - 1))
  }

  get isDone(): boolean {
    return this.found.size === this.#words.length
  }

  in(chunk: Buffer): void {
    const border = Buffer.concat([this.#end, chunk.subarray(0, this.#overlapBytes)])
    for (const { text, bytes } of this.#words) {
      if (!this.found.has(text) && (border.includes(bytes) || chunk.includes(bytes))) this.found.add(text)
    }
    // The reader uses its memory again. A short chunk ends a word that began before it.
    const known = chunk.length < this.#overlapBytes ? Buffer.concat([this.#end, chunk]) : chunk
    this.#end = Buffer.from(known.subarray(Math.max(0, known.length - this.#overlapBytes)))
  }
}
