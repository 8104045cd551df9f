import { asciiJson } from '../../core/ascii-json.ts'
import type { ServingError } from '../../core/errors.ts'

/** The body of an error in the Open Inference Protocol ("Inference Response JSON Error Object") and in TF Serving's V1. */
export function openInferenceErrorBody({ message }: ServingError): string {
  return `{"error":${asciiJson(message)}}`
}
