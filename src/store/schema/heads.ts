import { unusableDatabase } from '../../core/errors.ts'

/** The head that new databases are created at, that of MLflow 3.17.0 and 3.17.2. */
export const CREATED_HEAD = 'dc11669786a5'
export const CREATED_RELEASE = '3.17.2'

/**
 * Heads whose experiments, runs, logged models and registry tables are the ones that the stores use: MLflow's
 * migrations from 3.11.1 to 3.18.0, in order. Those after the first touch traces, evaluation, jobs and the
 * gateway, and the declared length of experiment tags.
 */
const KNOWN_HEADS: ReadonlySet<string> = new Set([
  'c3d6457b6d8a', // 3.11.1
  'a5b4c3d2e1f0',
  'ae8bbe7743c9',
  '7d34483879f0', // 3.12.0
  'da6fb0208061', // 3.13.0
  '89d3d66ed43f',
  'b7e4c1a90f23', // 3.14.0
  'a8b9c0d1e2f3',
  'c1d2e3f4a5b6',
  'c3d9e7f1a2b4',
  '6f8d9c3b2a1e', // 3.15.0
  '1971f2d9a75b',
  '17e22815139b',
  'b7e2c1a4d9f3', // 3.16.0
  '75868b020152',
  CREATED_HEAD, // 3.17.0
  'e7d1f4b2a9c6',
  '8b6ad64cb8f5',
  'f4a9b2c7d1e6', // 3.18.0
])

/** @throws ServingError INVALID_STATE with the command that upgrades a database made by an older MLflow */
export function requireKnownHead(head: string | undefined, databaseUri: string): void {
  if (head !== undefined && KNOWN_HEADS.has(head)) return
  const found = head === undefined ? 'has no schema revision' : `is at schema revision '${head}'`
  throw unusableDatabase(
    `The database ${databaseUri} ${found}, which this version of Headrace does not know. ` +
      'It reads databases of MLflow 3.11.1 to 3.18.0. ' +
      `Take a backup, then upgrade it with MLflow ${CREATED_RELEASE}: mlflow db upgrade ${databaseUri}`,
  )
}
