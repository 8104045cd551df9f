import { invalidModel } from '../../../core/errors.ts'
import type { ModelArtifacts } from '../artifacts/model-artifacts.ts'
import { TooLarge } from '../compile/not-compiled.ts'

/** @returns what is answered where a model is too large to be compiled, and for any engine. */
export function tooLarge(error: TooLarge): Error {
  return invalidModel(`The model is too large to be served: ${error.message}.`)
}

/**
 * Checks what the nodes of a graph model give, as far as the compiler can tell it before a run: TF.js would try to hold it.
 * @throws ServingError INVALID_PARAMETER_VALUE where not even one row could be held.
 */
export async function checkGraphSizes(artifacts: ModelArtifacts): Promise<void> {
  if (artifacts.format !== 'graph-model') return
  const { readGraphModel } = await import('../compile/graph-def/read-graph-model.ts')
  try {
    readGraphModel(artifacts)
  } catch (error) {
    // Whatever else the compiler says is no reason not to serve what TF.js runs.
    if (error instanceof TooLarge) throw tooLarge(error)
  }
}
