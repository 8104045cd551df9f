/** Where and why a text is not JSON, in the words of Python's `json.JSONDecodeError`. */
export class JsonSyntaxError extends Error {
  override readonly name = 'JsonSyntaxError'

  constructor(reason: string, text: string, at: number) {
    const before = text.slice(0, at)
    const line = before.split('\n').length
    const column = at - before.lastIndexOf('\n')
    super(`${reason}: line ${line} column ${column} (char ${at})`)
  }
}

/** The text goes beyond a limit of the reader's own, so whether it is JSON is not known. */
export class JsonLimitError extends JsonSyntaxError {}
