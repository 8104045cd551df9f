import { readFile, writeFile } from 'node:fs/promises'
import { parseDocument } from 'yaml'
import { flush } from '../artifacts/model-files.ts'
import { invalidModel } from '../core/errors.ts'

/**
 * Writes into the MLmodel file of a copied model which logged model it has become, as MLflow does when it logs
 * one; MLflow reads the id back when the model is loaded. Everything else stays as it is.
 * @throws ServingError INVALID_PARAMETER_VALUE where the file is not a YAML mapping
 */
export async function stampMlModel(
  path: string,
  { modelId, location }: { readonly modelId: string; readonly location: string },
): Promise<void> {
  const document = parseDocument(await readFile(path, 'utf8'), { version: '1.1' })
  const [problem] = document.errors
  if (problem !== undefined) throw invalidModel(`${path} is not YAML: ${problem.message}`, { cause: problem })
  if (!document.has('flavors')) throw invalidModel(`${path} names no flavors`)
  document.set('artifact_path', location)
  document.set('model_id', modelId)
  document.set('model_uuid', modelId)
  await writeFile(path, document.toString({ lineWidth: 0 }))
  await flush(path)
}
