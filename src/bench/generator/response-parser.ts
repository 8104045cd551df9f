type State = 'status' | 'header' | 'counted' | 'until-close' | 'size' | 'chunk-end' | 'trailer' | 'done'

const MAX_LINE_LENGTH = 64 * 1024

/** What was received is no HTTP/1.1 answer. */
export class NotHttpError extends Error {
  override readonly name = 'NotHttpError'
}

/**
 * Reads answers of HTTP/1.1 (RFC 9112), one after the other, in whatever pieces they come: their status, where they
 * end, and the two headers that a load generator wants. Bodies are counted and thrown away.
 */
export class ResponseParser {
  status = 0
  /** Whether the connection can be used again. */
  keepAlive = true
  retryAfter: string | undefined
  #state: State = 'done'
  #headOnly = false
  #line = ''
  /** Bytes of the body, or of its chunk, still to come. */
  #left = 0
  #length: number | undefined
  #chunked = false

  /** An answer is to come. @param headOnly it has no body: the request was a HEAD. */
  begin(headOnly = false): void {
    this.#headOnly = headOnly
    this.#line = ''
    this.#beginHead()
  }

  /**
   * @returns true when the answer is complete.
   * @throws NotHttpError where the bytes are none, or come without having been asked for.
   */
  push(bytes: Buffer): boolean {
    let at = 0
    while (at < bytes.length) {
      if (this.#state === 'done') throw new NotHttpError('Bytes after the end of an answer')
      if (this.#state === 'counted') at += this.#count(bytes.length - at)
      else if (this.#state === 'until-close') at = bytes.length
      else at = this.#readLine(bytes, at)
    }
    return this.#state === 'done'
  }

  /** The connection has been closed by the other side. @returns whether that ends an answer as it may end. */
  end(): boolean {
    if (this.#state !== 'until-close') return false
    this.#state = 'done'
    return true
  }

  #beginHead(): void {
    this.#state = 'status'
    this.retryAfter = undefined
    this.#length = undefined
    this.#chunked = false
  }

  #count(available: number): number {
    const taken = Math.min(available, this.#left)
    this.#left -= taken
    if (this.#left === 0) this.#state = this.#chunked ? 'chunk-end' : 'done'
    return taken
  }

  #readLine(bytes: Buffer, from: number): number {
    const end = bytes.indexOf(10, from)
    const piece = bytes.toString('latin1', from, end < 0 ? bytes.length : end)
    this.#line = this.#line === '' ? piece : this.#line + piece
    if (this.#line.length > MAX_LINE_LENGTH) throw new NotHttpError('A line of an answer is too long')
    if (end < 0) return bytes.length
    const line = this.#line.endsWith('\r') ? this.#line.slice(0, -1) : this.#line
    this.#line = ''
    this.#onLine(line)
    return end + 1
  }

  #onLine(line: string): void {
    if (this.#state === 'header') {
      if (line === '') this.#endHead()
      else this.#onHeader(line)
    } else if (this.#state === 'status') {
      this.#onStatus(line)
    } else if (this.#state === 'size') {
      this.#onChunkSize(line)
    } else if (this.#state === 'chunk-end') {
      if (line !== '') throw new NotHttpError('A chunk is longer than it says')
      this.#state = 'size'
    } else if (line === '') {
      this.#state = 'done'
    }
  }

  #onStatus(line: string): void {
    const [, minor, status] = /^HTTP\/1\.([01]) (\d{3})(?: |$)/.exec(line) ?? []
    if (status === undefined) throw new NotHttpError('An answer begins without a status')
    this.status = Number(status)
    this.keepAlive = minor === '1'
    this.#state = 'header'
  }

  #onHeader(line: string): void {
    const colon = line.indexOf(':')
    if (colon <= 0) throw new NotHttpError('A header has no name')
    const value = line.slice(colon + 1).trim()
    switch (line.slice(0, colon).toLowerCase()) {
      case 'content-length':
        if (!/^\d{1,15}$/.test(value)) throw new NotHttpError('A length is no number')
        this.#length = Number(value)
        break
      case 'transfer-encoding':
        this.#chunked = /(^|,)\s*chunked$/i.test(value)
        break
      case 'connection':
        if (/(^|,)\s*close\s*(,|$)/i.test(value)) this.keepAlive = false
        else if (/(^|,)\s*keep-alive\s*(,|$)/i.test(value)) this.keepAlive = true
        break
      case 'retry-after':
        this.retryAfter = value
        break
    }
  }

  /** What follows the head, by RFC 9112, section 6.3. */
  #endHead(): void {
    if (this.status < 200) this.#beginHead()
    else if (this.#headOnly || this.status === 204 || this.status === 304) this.#state = 'done'
    else if (this.#chunked) this.#state = 'size'
    else if (this.#length === undefined) {
      this.keepAlive = false
      this.#state = 'until-close'
    } else {
      this.#left = this.#length
      this.#state = this.#left === 0 ? 'done' : 'counted'
    }
  }

  #onChunkSize(line: string): void {
    const [, size] = /^([0-9a-f]{1,12})\s*(?:;|$)/i.exec(line) ?? []
    if (size === undefined) throw new NotHttpError('A chunk has no size')
    this.#left = Number.parseInt(size, 16)
    this.#state = this.#left === 0 ? 'trailer' : 'counted'
  }
}
