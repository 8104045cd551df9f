import { hash } from 'node:crypto'

const BLOCK_BYTES = 64
const DIGEST_BYTES = 32

/**
 * HMAC-SHA256 (RFC 2104) under one key, for many short messages of one length: by two hashes over buffers that are kept,
 * some 1 us each message where `createHmac` makes an object each time and takes ten.
 */
export class HmacSha256 {
  readonly #inner: Buffer
  readonly #outer = Buffer.alloc(BLOCK_BYTES + DIGEST_BYTES)
  readonly #messageBytes: number

  constructor(key: Uint8Array, messageBytes: number) {
    const block = Buffer.alloc(BLOCK_BYTES)
    block.set(key.length > BLOCK_BYTES ? hash('sha256', key, 'buffer') : key)
    this.#messageBytes = messageBytes
    this.#inner = Buffer.alloc(BLOCK_BYTES + messageBytes)
    for (const [i, byte] of block.entries()) {
      this.#inner[i] = byte ^ 0x36
      this.#outer[i] = byte ^ 0x5c
    }
  }

  /** Writes the first `bytes` of the digest of a message into `to`, at `offset`. */
  digest(message: Uint8Array, to: Buffer, offset: number, bytes: number): void {
    this.#inner.set(message.subarray(0, this.#messageBytes), BLOCK_BYTES)
    this.#outer.write(hash('sha256', this.#inner, 'binary'), BLOCK_BYTES, 'latin1')
    to.write(hash('sha256', this.#outer, 'binary'), offset, bytes, 'latin1')
  }
}
