import { isRecord } from '../../../core/record.ts'
import type { Schema } from '../../../signature/model-signature.ts'
import { type Example, readExample } from '../../payloads/example.ts'
import type { HttpPeer } from '../http-peer.ts'
import { member } from '../read-metadata.ts'
import { parseSchemaText } from './parse-schema-text.ts'
import { fieldsOfHint, itemTypeOfHint } from './parse-type-hint.ts'

/** A schema, and where it comes from. */
export interface LearntSchema {
  readonly schema: Schema
  /** For a person. */
  readonly source: string
  /** Of the items of a type hint: they go under `inputs`. */
  readonly fromTypeHint?: true
}

/** Bodies without any input, or with one that few take: whoever enforces a schema says what is missing. */
const EMPTY_BODIES = [
  { dataframe_split: { columns: [], data: [] } },
  ...[{ inputs: {} }, { inputs: [{}] }, { inputs: [0] }],
]

/**
 * MLflow's scoring server does not tell a model's signature, but repeats it when it refuses a request that does not fit.
 * Versions before 2.3 name the columns alone, which then are taken for numbers.
 * @param path of the scoring
 */
export async function learnSchema(peer: HttpPeer, path: string): Promise<LearntSchema | undefined> {
  for (const body of EMPTY_BODIES) {
    const { status, text } = await peer.post(path, body)
    const message = status === 200 ? '' : messageOf(text)
    const schema = schemaOfMessage(message)
    if (schema !== undefined) return { schema, source: 'the error message about its schema' }
    const hinted = hintedSchema(message)
    if (hinted !== undefined) {
      return { schema: hinted, source: 'the error message about its type hint', fromTypeHint: true }
    }
  }
  return undefined
}

function messageOf(text: string): string {
  try {
    const body: unknown = JSON.parse(text)
    return isRecord(body) && typeof body['message'] === 'string' ? body['message'] : text
  } catch {
    return text
  }
}

/** The schema that a message repeats; undefined where it has none that can be read. */
export function schemaOfMessage(message: string): Schema | undefined {
  const [, schema] = /with schema '(\[.*?\])'\. Error: /s.exec(message) ?? []
  if (schema !== undefined) {
    try {
      return parseSchemaText(schema)
    } catch {
      // Cut short, or of a type that is not known: the names of the columns may do.
    }
  }
  const [, list] = /missing inputs \[(.*?)\]/s.exec(message) ?? []
  const names = [...(list ?? '').matchAll(/'([^']+)'|"([^"]+)"/g)].map(
    ([, single, double]) => single ?? double,
  )
  if (names.length === 0) return undefined
  return { kind: 'columns', columns: names.map((name) => ({ name, type: 'double', required: true })) }
}

/** Items of the type that a message says the model's type hint has. */
export function hintedSchema(message: string): Schema | undefined {
  const [, hint] = /against type hint `(.+?)`/s.exec(message) ?? []
  const fields = fieldsOfHint(
    /Expected fields in the type hint: (\{.*?\}); passed data/s.exec(message)?.[1] ?? '',
  )
  if (fields !== undefined) return { kind: 'columns', columns: fields }
  const type = hint === undefined ? undefined : itemTypeOfHint(hint)
  if (type === undefined) return undefined
  return { kind: 'columns', columns: [{ name: undefined, type, required: true }] }
}

/** The example that Headrace shows in its description of a path. */
export async function describedExample(peer: HttpPeer, path: string): Promise<Example | undefined> {
  const document = await peer.json('/openapi.json')
  const described = member(document, ['paths', path, 'post', 'requestBody', 'content', 'application/json'])
  return isRecord(described) && described['example'] !== undefined
    ? readExample(described['example'])
    : undefined
}
