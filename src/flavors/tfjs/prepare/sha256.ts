import { createHash } from 'node:crypto'
import { open } from 'node:fs/promises'

const PIECE_BYTES = 1024 * 1024

/** SHA-256 in hexadecimal, computed beside the calling thread. */
export async function sha256Of(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return Buffer.from(await crypto.subtle.digest('SHA-256', bytes)).toString('hex')
}

/** That of a file, of which a piece at a time is in memory. @throws what the file system throws */
export async function sha256OfFile(path: string): Promise<string> {
  const hash = createHash('sha256')
  const piece = Buffer.allocUnsafe(PIECE_BYTES)
  const file = await open(path)
  try {
    for (;;) {
      const { bytesRead } = await file.read(piece)
      if (bytesRead === 0) return hash.digest('hex')
      hash.update(piece.subarray(0, bytesRead))
    }
  } finally {
    await file.close()
  }
}
