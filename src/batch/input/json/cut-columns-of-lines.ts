import type { ModelSignature } from '../../../signature/model-signature.ts'
import { canCut } from './cut-rules.ts'
import { columnsOfRecords } from './record-columns.ts'
import { wordsInFile } from './words-in-file.ts'

/** How missing values are written. Inside of texts the words count too: that only makes the file be read as a whole. */
const MISSING = ['null', 'NaN'] as const

/**
 * Whether a model gives the same answers to the records of a JSON Lines file in parts as in one document; if so, the
 * columns of the records. @throws ServingError BAD_REQUEST where the file cannot be read
 */
export function cutColumnsOfLines(
  path: string,
  signature: ModelSignature | undefined,
): readonly string[] | undefined {
  const canCutIf = (mayHaveNull: boolean) =>
    canCut({ form: 'dataframe_records', rows: 'objects', mayHaveNull }, signature)
  const isCut = canCutIf(true) || (canCutIf(false) && wordsInFile(path, MISSING).size === 0)
  return isCut ? columnsOfRecords(path, signature) : undefined
}
