import type { TensorMetadata } from '../../../core/predictor.ts'
import type { Schema } from '../../../signature/model-signature.ts'
import { ColumnFastPath } from './column-fast-path.ts'
import type { FastPath } from './fast-path.ts'
import { TensorFastPath } from './tensor-fast-path.ts'

/** The fast path of a model; undefined for those that have none. */
export function compileFastPath(
  schema: Schema | undefined,
  inputs: readonly TensorMetadata[],
): FastPath | undefined {
  if (schema === undefined) return TensorFastPath.compile(undefined, inputs)
  return schema.kind === 'columns'
    ? ColumnFastPath.compile(schema.columns, inputs)
    : TensorFastPath.compile(schema.tensors, inputs)
}
