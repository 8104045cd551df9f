import { badRequest } from '../../../core/errors.ts'
import { Patience } from '../../json-numbers/patience.ts'
import { decodeUtf8 } from '../../mlflow-scoring/json/decode-text.ts'
import type { GivenRequest } from '../given-request.ts'
import { DigitsLost, type JsonDocument, parseDocument, parseExactly } from './json-document.ts'
import { readScannedBody } from './read-scanned-body.ts'
import { RequestReader } from './request-reader.ts'

/**
 * Reads the body of an inference request (Open Inference Protocol, "Inference Request JSON Object"; Triton's binary
 * tensor data extension).
 * @param patience of the bodies of one model.
 * @param headerLength bytes of JSON before the binary tensors; undefined where all of it is JSON.
 * @throws ServingError BAD_REQUEST
 */
export function readInferBody(
  body: Uint8Array,
  headerLength: number | undefined,
  patience = new Patience(),
): GivenRequest {
  const scanned = headerLength === undefined ? readScannedBody(body, patience) : undefined
  return scanned ?? readUnscannedBody(body, headerLength)
}

/** The same by the general path alone. @throws ServingError BAD_REQUEST */
export function readUnscannedBody(body: Uint8Array, headerLength: number | undefined): GivenRequest {
  const text = decodeUtf8(headerLength === undefined ? body : body.subarray(0, checked(headerLength, body)))
  if (text === undefined) throw badRequest('The JSON of the request is not text in UTF-8.')
  const binary = headerLength === undefined ? undefined : body.subarray(headerLength)
  const read = (document: JsonDocument): GivenRequest => new RequestReader(document, binary).read()
  try {
    return read(parseDocument(text))
  } catch (error) {
    if (!(error instanceof DigitsLost)) throw error
    return read(parseExactly(text))
  }
}

function checked(headerLength: number, body: Uint8Array): number {
  if (Number.isInteger(headerLength) && headerLength >= 0 && headerLength <= body.length) return headerLength
  throw badRequest(
    `Inference-Header-Content-Length is ${headerLength}; the body has ${body.length} bytes, of which the JSON takes the ` +
      'first.',
  )
}
