import { invalidParameter, unusableDatabase } from '../../core/errors.ts'

/** Releases of MLflow whose schema new databases get: only MLflows of the same head open them. */
export const CREATED_RELEASES = {
  '3.17': { release: '3.17.2', head: 'dc11669786a5' },
  '3.18': { release: '3.18.0', head: 'f4a9b2c7d1e6' },
} as const

export type SchemaRelease = keyof typeof CREATED_RELEASES

export const DEFAULT_RELEASE: SchemaRelease = '3.17'

/** @throws ServingError INVALID_PARAMETER_VALUE */
export function requireSchemaRelease(release: string): SchemaRelease {
  if (Object.hasOwn(CREATED_RELEASES, release)) return release as SchemaRelease
  throw invalidParameter(
    `There is no schema of MLflow '${release}' here: choose one of ${Object.keys(CREATED_RELEASES).join(', ')}`,
  )
}

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
  'dc11669786a5', // 3.17.0
  'e7d1f4b2a9c6',
  '8b6ad64cb8f5',
  'f4a9b2c7d1e6', // 3.18.0
])

/** Heads of MLflow's migrations before 3.11.1, in order. */
const OLD_HEADS: ReadonlySet<string> = new Set(
  `451aebb31d03 90e64c465722 181f10493468 df50e92ffc5e 7ac759974ad8 89d4b8295536 2b4d017a5e9b cfd24bdc0731
  0a8213491aaa 728d730b5ebd 27a6a02d2cf1 84291f40a231 a8c4a736bde6 39d1c3be5f05 c48cb773bb87 bd07f7e963c5
  0c779009ac13 cc1f77228345 97727af70f4d 3500859a5d39 7f2a7d5fae7d 2d6e25af4d3e acf3f17fdcc7 867495a8f9d4
  5b0e9adcef9c 4465047574b1 f5a4f2784254 0584bdc529eb 400f98739977 6953534de441 bda7b8c39065 cbc13b556ace
  770bee3ae1dd a1b2c3d4e5f6 de4033877273 1a0cddfcaa16 534353b11cbc 71994744cf8e 3da73c924c2f bf29a5ff90ea
  1bd49d398cd23 b7c8d9e0f1a2 5d2d30f0abce c9d4e5f6a7b8 2c33131f4dae d3e4f5a6b7c8 d0e1f2a3b4c5 c8d9e0f1a2b3
  1b5f0d9ad7c1 e1f2a3b4c5d6 76601a5f987d`.split(/\s+/),
)

/** @throws ServingError INVALID_STATE with what makes the database one that can be opened */
export function requireKnownHead(head: string | undefined, databaseUri: string): void {
  if (head !== undefined && KNOWN_HEADS.has(head)) return
  const known = 'Headrace opens databases of MLflow 3.11.1 to 3.18.0'
  if (head === undefined) {
    throw unusableDatabase(
      `The database ${databaseUri} has no schema revision: MLflow did not make it, or was stopped while it did. ` +
        `${known}. If it is to be MLflow's: ${upgradeCommand(databaseUri)}`,
    )
  }
  const found = `The database ${databaseUri} is at schema revision '${head}'`
  if (OLD_HEADS.has(head)) {
    throw unusableDatabase(`${found}, made by an older MLflow. ${known}. ${upgradeCommand(databaseUri)}`)
  }
  throw unusableDatabase(
    `${found}, which no MLflow up to 3.18.0 makes. ${known}. MLflow does not take migrations back: use the release ` +
      `of Headrace for that MLflow, or restore the backup made before the upgrade (${databaseUri})`,
  )
}

function upgradeCommand(databaseUri: string): string {
  const { release } = CREATED_RELEASES[DEFAULT_RELEASE]
  return `Take a backup, then: pip install mlflow==${release} && mlflow db upgrade ${databaseUri}`
}
