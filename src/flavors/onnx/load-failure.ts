import { invalidModel, messageOf, ServingError } from '../../core/errors.ts'

/** What onnxruntime says of a model that it does not load, for the model's owner. */
export function loadFailure(error: unknown): ServingError {
  if (error instanceof ServingError) return error
  return invalidModel(`onnxruntime cannot load the model: ${adviceOn(reasonOf(error))}`, { cause: error })
}

/** onnxruntime's message without the path of the model file and the place in its own source. */
function reasonOf(error: unknown): string {
  return messageOf(error)
    .replace(/^Load model from .*? failed:/s, '')
    .replace(/\/onnxruntime_src\/\S+ .*?[)>] (?=[A-Z])/s, '')
    .trim()
}

/** A model that is too new is the one failure that its owner can do something about without knowing the engine. */
function adviceOn(reason: string): string {
  return /\b(opset|IR version)\b/i.test(reason) ? `${reason} Export it again with an older opset.` : reason
}
