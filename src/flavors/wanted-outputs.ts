import { evaluationFailed } from '../core/errors.ts'
import type { OutputMetadata } from '../core/predictor.ts'

/**
 * Those of a model's outputs that a request names, in the model's order; `all` itself where it names none.
 * @throws ServingError BAD_REQUEST for a name that is none of theirs.
 */
export function wantedOutputs(
  all: readonly OutputMetadata[],
  names: readonly string[] | undefined,
): readonly OutputMetadata[] {
  if (names === undefined || names.length === 0) return all
  for (const name of names) {
    if (all.some((output) => output.name === name)) continue
    throw evaluationFailed(`The model has no output '${name}'.`)
  }
  return all.filter(({ name }) => names.includes(name))
}
