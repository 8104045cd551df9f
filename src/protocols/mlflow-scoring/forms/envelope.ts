import { badRequest, type ServingError } from '../../../core/errors.ts'
import type { ParamSpec } from '../../../signature/model-signature.ts'
import { bounded, invalidInput } from '../failures.ts'
import { decodeUtf8 } from '../json/decode-text.ts'
import { JsonSyntaxError } from '../json/json-syntax-error.ts'
import { readJson } from '../json/read-json.ts'
import { exceptionRepr } from '../python/python-error.ts'
import { pythonBytes } from '../python/python-object.ts'
import { isDict, isList, type PyDict, type PyValue, typeName } from '../python/python-value.ts'

export const FORMS = ['dataframe_split', 'dataframe_records', 'instances', 'inputs'] as const

export type FormName = (typeof FORMS)[number]

/** Keys at top level that make a request a unified LLM one, in which nothing is parsed. */
const LLM_KEYS = ['messages', 'prompt', 'input'] as const

const REQUIRED =
  'The input must be a JSON dictionary with exactly one of the input fields ' +
  "{'dataframe_split', 'dataframe_records', 'instances', 'inputs'}"

const PROTOCOL_CHANGE =
  'IMPORTANT: The MLflow Model scoring protocol has changed in MLflow version 2.0. If you are seeing this error, you ' +
  'are likely using an outdated scoring request format. To resolve the error, either update your request format or ' +
  "adjust your MLflow Model's requirements file to specify an older version of MLflow (for example, change the " +
  "'mlflow' requirement specifier to 'mlflow==1.30.0'). If you are making a request using the MLflow client (e.g. via " +
  '`mlflow.pyfunc.spark_udf()`), upgrade your MLflow client to a version >= 2.0 in order to use the new request ' +
  'format. For more information about the updated MLflow Model scoring protocol in MLflow 2.0, see ' +
  'https://mlflow.org/docs/latest/models.html#deploy-mlflow-models.'

export type Envelope =
  | {
      readonly kind: 'form'
      readonly form: FormName
      readonly value: PyValue
      readonly params: PyValue | undefined
    }
  | { readonly kind: 'llm'; readonly data: PyDict; readonly params: PyValue | undefined }

/** The body's text. @throws ServingError BAD_REQUEST where it is not UTF-8 */
export function bodyText(body: Uint8Array): string {
  const text = decodeUtf8(body)
  if (text !== undefined) return text
  throw invalidInput('Ensure that input is a valid JSON formatted string. Error: the body is not UTF-8.')
}

/**
 * Reads the outermost object of a JSON body and finds its form: MLflow 3.17.2,
 * `mlflow/pyfunc/scoring_server/__init__.py`. @throws ServingError BAD_REQUEST
 */
export function readEnvelope(text: string, paramSpecs: readonly ParamSpec[] | undefined): Envelope {
  const body = parseBody(text)
  if (isList(body)) throw invalidInput(`${REQUIRED}. Received a list.`)
  if (!isDict(body)) {
    throw invalidInput(`${REQUIRED}. Received unexpected input type '<class '${typeName(body)}'>.`)
  }
  if (LLM_KEYS.some((key) => body.has(key))) return llmEnvelope(body, paramSpecs)
  const given = FORMS.filter((form) => body.has(form))
  const [form] = given
  if (form === undefined || given.length > 1) throw wrongForms(body)
  return { kind: 'form', form, value: body.get(form) as PyValue, params: body.get('params') }
}

function parseBody(text: string): PyValue {
  try {
    return readJson(text)
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error
    throw invalidInput(
      `Ensure that input is a valid JSON formatted string. Error: '${exceptionRepr('JSONDecodeError', error.message)}'\nInput: \n` +
        `${pythonBytes(Buffer.from(text.slice(0, 1000)))}\n`,
    )
  }
}

function wrongForms(body: PyDict): ServingError {
  const given = [...body.keys()].filter((key) => (FORMS as readonly string[]).includes(key))
  const names = given.map((key) => `'${key}'`).join(', ')
  return badRequest(
    bounded(`${REQUIRED}. Received dictionary with input fields: [${names}]. ${PROTOCOL_CHANGE}`),
  )
}

/** Keys that the signature has parameters for are parameters; all others, `params` too, are data. */
function llmEnvelope(body: PyDict, paramSpecs: readonly ParamSpec[] | undefined): Envelope {
  const names = new Set(paramSpecs?.map(({ name }) => name))
  const entries = [...body]
  return {
    kind: 'llm',
    data: new Map(entries.filter(([key]) => !names.has(key))),
    params: new Map(entries.filter(([key]) => names.has(key))),
  }
}
