import { readFile, writeFile } from 'node:fs/promises'
import { parseDocument } from 'yaml'
import { flush } from '../artifacts/model-files.ts'
import { invalidModel } from '../core/errors.ts'

/** The logged model that files have become. */
export interface ModelStamp {
  readonly modelId: string
  /** Artifact URI of the files. */
  readonly location: string
}

/**
 * The text of an MLmodel file with the logged model that its files have become, as MLflow writes it when it logs one;
 * MLflow reads the id back when the model is loaded. Everything else stays as it is.
 * @param path of the file, for messages
 * @throws ServingError INVALID_PARAMETER_VALUE where the text is not a YAML mapping
 */
export function stampedMlModel(text: string, path: string, { modelId, location }: ModelStamp): string {
  const document = parseDocument(text, { version: '1.1' })
  const [problem] = document.errors
  if (problem !== undefined) throw invalidModel(`${path} is not YAML: ${problem.message}`, { cause: problem })
  if (!document.has('flavors')) throw invalidModel(`${path} names no flavors`)
  document.set('artifact_path', location)
  document.set('model_id', modelId)
  document.set('model_uuid', modelId)
  return document.toString({ lineWidth: 0 })
}

/** Stamps the MLmodel file of a copied model. @throws ServingError as `stampedMlModel` */
export async function stampMlModel(path: string, stamp: ModelStamp): Promise<void> {
  await writeFile(path, stampedMlModel(await readFile(path, 'utf8'), path, stamp))
  await flush(path)
}
