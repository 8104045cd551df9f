import { readdirSync, statSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Predictor } from '../../../src/core/predictor.ts'
import type { MlModel } from '../../../src/flavors/mlmodel.ts'
import type { ColumnKind } from './json-cells.ts'

const ROOT = new URL('../../../', import.meta.url)

/** What the makers of requests know about a model. */
export interface ModelOutline {
  readonly folder: string
  /** Columns that a frame for the model has, by the signature or else by the model's inputs. */
  readonly columns: readonly { readonly name: string; readonly kind: ColumnKind }[]
  /** What an array for the model looks like, by the model's own inputs. */
  readonly inputs: readonly {
    readonly name: string
    readonly kind: ColumnKind
    readonly row: readonly number[]
  }[]
  readonly hasParams: boolean
}

/** The small models of the recordings and the bundled ones. */
export function modelFolders(): readonly string[] {
  const small = fileURLToPath(new URL('test/protocol/mlflow-scoring/models', ROOT))
  const bundled = fileURLToPath(new URL('models', ROOT))
  const versions = subfolders(bundled).flatMap((model) =>
    subfolders(model).filter((path) => /\/\d+$/.test(path)),
  )
  return [...subfolders(small), ...versions]
}

function subfolders(folder: string): string[] {
  return readdirSync(folder)
    .map((name) => `${folder}/${name}`)
    .filter((path) => statSync(path).isDirectory())
    .sort()
}

export function outlineOf({ directory, signature }: MlModel, predictor: Predictor): ModelOutline {
  const inputs = predictor.inputs.map(({ name, datatype, shape }) => ({
    name,
    kind: kindOf(datatype),
    row: shape.slice(1).map((dimension) => Math.max(1, dimension)),
  }))
  return {
    folder: directory,
    columns: signedColumns(signature?.inputs) ?? inputs.flatMap(columnsOfInput),
    inputs,
    hasParams: signature?.params !== undefined,
  }
}

function signedColumns(
  schema: NonNullable<MlModel['signature']>['inputs'],
): ModelOutline['columns'] | undefined {
  if (schema?.kind !== 'columns') return undefined
  return schema.columns.map(({ name, type }, i) => ({
    name: name ?? `c${i + 1}`,
    kind: kindOf(String(type)),
  }))
}

function columnsOfInput({ name, kind, row }: ModelOutline['inputs'][number]): ModelOutline['columns'] {
  const width = row.length === 1 ? (row[0] ?? 1) : 1
  if (width === 1) return [{ name, kind }]
  return Array.from({ length: width }, (_, i) => ({ name: `c${i + 1}`, kind }))
}

function kindOf(type: string): ColumnKind {
  if (/^BOOL|^boolean/.test(type)) return 'boolean'
  if (/INT|^integer|^long/.test(type)) return 'integer'
  return /^BYTES|^string/.test(type) ? 'text' : 'float'
}
