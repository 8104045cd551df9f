import type { ModelSignature } from '../../signature/model-signature.ts'
import { ByteReader } from './byte-reader.ts'
import { canCut } from './cut-rules.ts'

/** How missing values are written. */
const MISSING = ['null', 'NaN'] as const
/** A word may begin in one chunk and end in the next one. */
const OVERLAP_BYTES = 3

/**
 * Whether a model gives the same answers to the records of a JSON Lines file in parts as in one document. Reads the
 * file where that depends on missing values. @throws ServingError BAD_REQUEST where the file cannot be read
 */
export function canCutLines(path: string, signature: ModelSignature | undefined): boolean {
  const canCutIf = (mayHaveNull: boolean) =>
    canCut({ form: 'dataframe_records', rows: 'objects', mayHaveNull }, signature)
  return canCutIf(true) || (canCutIf(false) && !mayHaveMissing(path))
}

/** Inside of texts the words count too: that only makes the file be read as a whole. */
function mayHaveMissing(path: string): boolean {
  const reader = new ByteReader(path)
  try {
    let end = Buffer.alloc(0)
    for (let chunk = reader.next(); chunk.length > 0; chunk = reader.next()) {
      const border = Buffer.concat([end, chunk.subarray(0, OVERLAP_BYTES)])
      if (hasMissing(border) || hasMissing(chunk)) return true
      end = Buffer.from(chunk.subarray(-OVERLAP_BYTES))
    }
    return false
  } finally {
    reader.close()
  }
}

function hasMissing(bytes: Buffer): boolean {
  return MISSING.some((word) => bytes.includes(word))
}
