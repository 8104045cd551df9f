import type { BatchCodec } from '../../protocols/mlflow-scoring/batch-codec.ts'
import type { DecodedScoringRequest } from '../../protocols/mlflow-scoring/scoring-codec.ts'
import type { JsonEnvelope } from '../input/json/json-blocks.ts'
import { withColumns } from '../input/json/record-columns.ts'
import { wrapElements } from '../input/json/wrap-elements.ts'

/**
 * Decodes the elements of a block as a document. Columns that only records of other blocks have are added when the
 * block is refused without them: most blocks have all.
 * @throws ServingError BAD_REQUEST, INVALID_PARAMETER_VALUE where the rows are to blame
 */
export async function decodeElements(
  codec: BatchCodec,
  envelope: JsonEnvelope,
  elements: Uint8Array,
): Promise<DecodedScoringRequest> {
  const decode = async (part: Uint8Array) => codec.decode(wrapElements(envelope, part), 'application/json')
  try {
    return await decode(elements)
  } catch (error) {
    if (envelope.columns === undefined) throw error
    return decode(withColumns(elements, envelope.columns)).catch(() => {
      throw error
    })
  }
}
