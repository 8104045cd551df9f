import { badRequest } from '../core/errors.ts'
import type { LoadRequest } from './model-control.ts'

/** Where the model is: our own parameter beside those of Triton's repository extension. */
const MODEL_URI = 'model_uri'

/**
 * What the `parameters` of a load ask for, in REST and in gRPC.
 * @throws ServingError BAD_REQUEST for a parameter that is not known, or not supported here.
 */
export function readLoadParameters(parameters: Readonly<Record<string, unknown>>): LoadRequest {
  for (const name of Object.keys(parameters)) {
    if (name === MODEL_URI) continue
    if (name === 'config' || name.startsWith('file:')) {
      throw badRequest(
        `The load parameter '${name}' is not supported: models are served as their MLmodel file says. Give '${MODEL_URI}'.`,
      )
    }
    throw badRequest(`Unknown load parameter '${name}'; known is '${MODEL_URI}'.`)
  }
  const uri = parameters[MODEL_URI]
  if (uri === undefined) return {}
  if (typeof uri !== 'string' || uri.trim() === '') {
    throw badRequest(`The load parameter '${MODEL_URI}' is not the URI of a model.`)
  }
  return { uri }
}

/**
 * Checks the `parameters` of an unload. No model depends on another, so it is the same with and without its dependents.
 * @throws ServingError BAD_REQUEST for a parameter that is not known.
 */
export function checkUnloadParameters(parameters: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(parameters)) {
    if (name !== 'unload_dependents') throw badRequest(`Unknown unload parameter '${name}'.`)
    if (typeof value !== 'boolean') throw badRequest(`The unload parameter '${name}' is not true or false.`)
  }
}
