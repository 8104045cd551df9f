import { messageOf } from '../../core/errors.ts'
import { isRecord } from '../../core/record.ts'
import type { AnswerForm, Dialect } from '../target.ts'
import { type NamedValues, WrongAnswer } from './named-values.ts'
import { outputsOfBinary, outputsOfJson } from './open-inference-answer.ts'
import { outputsOfMessage } from './protobuf-answer.ts'

/**
 * What an answer of a dialect gives.
 * @throws WrongAnswer where it is none of the dialect.
 */
export function readAnswer(dialect: Dialect, form: AnswerForm, body: Uint8Array): readonly NamedValues[] {
  if (form === 'protobuf') return outputsOfMessage(body)
  if (form === 'binary') return outputsOfBinary(body)
  const text = Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8')
  switch (dialect) {
    case 'mlflow':
      return predictionsOf(readJson(text), ['predictions'])
    case 'v1':
      return predictionsOf(readJson(text), ['predictions', 'outputs'])
    case 'open-inference':
      return outputsOfJson(readJson(text))
    default:
      return [{ name: 'the answer', rows: undefined, values: jsonOrText(text) }]
  }
}

function jsonOrText(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    // Python writes numbers that JSON has not.
    if (/[[:,\s]-?(?:NaN|Infinity)\b/.test(text)) throw new WrongAnswer('a number is NaN or infinite')
    throw new WrongAnswer(`no JSON: ${messageOf(error)}`)
  }
}

/** A list with an item a row, or lists by names. */
function predictionsOf(answer: unknown, fields: readonly string[]): readonly NamedValues[] {
  const field = isRecord(answer) ? fields.find((name) => name in answer) : undefined
  if (field === undefined || !isRecord(answer)) throw new WrongAnswer(`no '${fields[0]}' in the answer`)
  const predictions = answer[field]
  if (!isRecord(predictions)) return [named(field, predictions)]
  return Object.entries(predictions).map(([name, values]) => named(name, values))
}

function named(name: string, values: unknown): NamedValues {
  return { name, values, rows: Array.isArray(values) ? values.length : undefined }
}
