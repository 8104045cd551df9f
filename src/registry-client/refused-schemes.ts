import { notImplemented } from '../core/errors.ts'

/** Stores that MLflow reads models from and Headrace does not yet. */
const LATER: ReadonlySet<string> = new Set([
  ...['s3', 'r2', 'b2', 'gs', 'wasb', 'wasbs', 'abfs', 'abfss', 'hdfs', 'viewfs', 'ftp', 'sftp'],
])
const DATABRICKS: ReadonlySet<string> = new Set(['databricks', 'databricks-uc', 'uc', 'dbfs'])

/**
 * Refuses what MLflow reads and Headrace does not, and says what to do instead; returns for any other scheme.
 * @param what is at that scheme, as the beginning of a sentence.
 * @throws ServingError NOT_IMPLEMENTED
 */
export function refuseScheme(scheme: string, what: string): void {
  if (DATABRICKS.has(scheme)) {
    throw notImplemented(
      `${what} is on Databricks, which Headrace does not read: download the model with MLflow's own client ` +
        '(mlflow artifacts download) and give the folder',
    )
  }
  if (scheme === 'prompts') {
    throw notImplemented(`${what} is a prompt of the registry, not a model: there is nothing to serve`)
  }
  if (LATER.has(scheme)) {
    throw notImplemented(
      `${what} is in a store that Headrace does not read yet ('${scheme}:'): download the model and give the ` +
        'folder, or let the MLflow server pass it on (--serve-artifacts with --artifacts-destination)',
    )
  }
}
