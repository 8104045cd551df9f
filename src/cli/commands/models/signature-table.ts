import { describeType } from '../../../signature/describe-schema.ts'
import type { ModelSignature, ParamSpec, Schema } from '../../../signature/model-signature.ts'
import { table } from '../../output.ts'

/** What a model takes and gives, a row for each column, tensor and param. */
export function signatureTable({ inputs, outputs, params }: ModelSignature): string {
  return table(
    ['', 'NAME', 'TYPE', ''],
    [...schemaRows('input', inputs), ...schemaRows('output', outputs), ...(params ?? []).map(paramRow)],
  )
}

function schemaRows(title: string, schema: Schema | undefined): readonly (readonly string[])[] {
  if (schema === undefined) return []
  if (schema.kind === 'tensors') {
    return schema.tensors.map(({ name, dtype, shape }) => [
      title,
      name ?? '-',
      `${dtype} [${shape.join(', ')}]`,
      '',
    ])
  }
  return schema.columns.map(({ name, type, required }) => [
    title,
    name ?? '-',
    describeType(type),
    required ? '' : 'optional',
  ])
}

function paramRow({ name, type, default: value, shape }: ParamSpec): readonly string[] {
  const described = describeType(type)
  return [
    'param',
    name,
    shape === undefined ? described : `list of ${described}`,
    `default ${JSON.stringify(value)}`,
  ]
}
