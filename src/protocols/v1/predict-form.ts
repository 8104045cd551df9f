import { badRequest } from '../../core/errors.ts'
import { bodyText } from '../mlflow-scoring/forms/envelope.ts'
import { JsonSyntaxError } from '../mlflow-scoring/json/json-syntax-error.ts'
import { readJson } from '../mlflow-scoring/json/read-json.ts'
import { isDict, type PyDict, type PyValue } from '../mlflow-scoring/python/python-value.ts'
import { quoted } from '../open-inference/quoted.ts'
import { withoutBase64, writeJson } from './base64-values.ts'

/** `instances`: one item a row. `inputs`: whole tensors. */
export type PredictForm = 'instances' | 'inputs'

/** A body of V1's `:predict`, as MLflow's codec reads it. */
export interface PredictBody {
  readonly form: PredictForm
  readonly text: string
  /** The text as bytes. */
  readonly bytes: Uint8Array
}

export interface BodyOptions {
  /** Octets in base64 stay text: the model's signature has columns that are octets. */
  readonly keepsBase64: boolean
}

/** Nearly every body begins with its form, and then the rest of it need not be read here. */
const BEGINNING = /^\s*\{\s*"(instances|inputs)"\s*:/
/** Members that have to be looked at. A quote within a text is escaped, so that no text can look like one. */
const READ_HERE = /"(?:signature_name|b64|parameters)"\s*:/

const DEFAULT_SIGNATURE = 'serving_default'

/** @throws ServingError BAD_REQUEST */
export function readPredictBody(body: Uint8Array, options: BodyOptions): PredictBody {
  const text = bodyText(body)
  const plain = plainForm(text)
  if (plain !== undefined) return { form: plain, text, bytes: body }
  const members = membersOf(text)
  checkSignatureName(members.get('signature_name'))
  const form = formOf(members)
  const value = members.get(form) as PyValue
  const rest = new Map([...members, [form, options.keepsBase64 ? value : withoutBase64(value)]] as const)
  nameParams(rest)
  const rewritten = writeJson(rest)
  return { form, text: rewritten, bytes: Buffer.from(rewritten) }
}

/** The form of a body of which nothing else need be read here; undefined for others. @param text may be without its numbers. */
export function plainForm(text: string): PredictForm | undefined {
  const begun = BEGINNING.exec(text)
  return begun === null || READ_HERE.test(text) ? undefined : (begun[1] as PredictForm)
}

function membersOf(text: string): PyDict {
  const body = parsed(text)
  if (isDict(body)) return body
  throw badRequest("The request body must be a JSON object with 'instances' or 'inputs'.")
}

function parsed(text: string): PyValue {
  try {
    return readJson(text)
  } catch (error) {
    if (error instanceof JsonSyntaxError) throw badRequest(`The request body is not JSON: ${error.message}`)
    throw error
  }
}

function formOf(members: PyDict): PredictForm {
  const [hasInstances, hasInputs] = [members.has('instances'), members.has('inputs')]
  if (hasInstances !== hasInputs) return hasInstances ? 'instances' : 'inputs'
  throw badRequest(
    hasInstances
      ? "The request body has both 'instances' and 'inputs'; one of them is the request."
      : "The request body has neither 'instances' nor 'inputs'.",
  )
}

/** What Vertex AI calls parameters, MLflow calls params. Clients of Vertex AI send null for none. */
function nameParams(members: Map<string, PyValue>): void {
  const parameters = members.get('parameters')
  if (!members.delete('parameters') || parameters === undefined || parameters === null) return
  if (members.has('params')) {
    throw badRequest("The request body has both 'parameters' and 'params'; one of them is meant.")
  }
  members.set('params', parameters)
}

/** A model has one signature here, which TensorFlow calls `serving_default`. */
function checkSignatureName(name: PyValue | undefined): void {
  if (name === undefined || name === null || name === '' || name === DEFAULT_SIGNATURE) return
  const named = typeof name === 'string' ? ` of the name ${quoted(name)}` : ' that is not named by a text'
  throw badRequest(`The model has no signature${named}; it has '${DEFAULT_SIGNATURE}'.`)
}
