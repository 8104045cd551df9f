/** A request and what came of it, as a report shows them. */
export interface Exchange {
  readonly sent: string
  received: string
}

const LONGEST_TEXT = 1_000

/** What went to and fro in one case. */
export class Transcript {
  #exchanges: Exchange[] = []

  begin(): void {
    this.#exchanges = []
  }

  /** Notes a request; the answer is written into what is returned. */
  sent(text: string): Exchange {
    const exchange: Exchange = { sent: excerpt(text), received: 'no answer' }
    this.#exchanges.push(exchange)
    return exchange
  }

  /** The last one is what a case looked at when it ended. */
  get last(): Exchange | undefined {
    return this.#exchanges.at(-1)
  }
}

/** Text of any length and with any bytes, for a reader. */
export function excerpt(text: string): string {
  const readable = text.replace(/(?!\n)[\p{Cc}\ufffd]/gu, '·')
  return readable.length > LONGEST_TEXT
    ? `${readable.slice(0, LONGEST_TEXT)}… (${readable.length})`
    : readable
}
