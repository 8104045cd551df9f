import { readdirSync, readFileSync } from 'node:fs'
import { readJson } from '../../../../src/protocols/mlflow-scoring/json/read-json.ts'
import {
  isDict,
  isList,
  type PyDict,
  type PyValue,
} from '../../../../src/protocols/mlflow-scoring/python/python-value.ts'

/** A session of requests, each with MLflow's answer; the README of the folder says what the fields mean. */
export interface Scenario {
  readonly name: string
  /** Needs a server that nothing was written to. */
  readonly isolated: boolean
  readonly steps: readonly Step[]
}

export interface Step {
  /** As `run-search#3`. */
  readonly id: string
  readonly verb: string
  readonly path: string
  readonly query: readonly (readonly [string, PyValue])[]
  /** JSON, text or bytes; undefined: none. */
  readonly body:
    | { readonly json: PyValue }
    | { readonly text: string }
    | { readonly bytes: Buffer }
    | undefined
  readonly contentType: string | undefined
  readonly headers: Readonly<Record<string, string>>
  /** Names of variables, and where in the answer their values are. */
  readonly save: Readonly<Record<string, string>>
  readonly waitMs: number
  readonly expect: ExpectedAnswer
  /** What another release or database of MLflow's answers, which is right as well. */
  readonly also: ExpectedAnswer | undefined
}

export interface ExpectedAnswer {
  readonly status: number
  readonly type: string
  readonly body: PyValue | undefined
  readonly text: string | undefined
  readonly bytes: Buffer | undefined
  readonly headers: Readonly<Record<string, PyValue>>
  /** MLflow falls over: any refusal is right. */
  readonly isCrash: boolean
}

const FOLDER = new URL('../scenarios/', import.meta.url)

export function readScenarios(): readonly Scenario[] {
  return readdirSync(FOLDER)
    .sort()
    .map((file) => scenario(dict(readJson(readFileSync(new URL(file, FOLDER), 'utf8')))))
}

/** What MLflow answers otherwise where the database takes names that differ in case or accents for the same, by step. */
export function readCaseInsensitiveAnswers(): ReadonlyMap<string, ExpectedAnswer> {
  const answers = dict(readJson(readFileSync(new URL('../case-insensitive.json', import.meta.url), 'utf8')))
  return new Map([...answers].map(([id, answer]) => [id, expected(dict(answer))]))
}

function scenario(json: PyDict): Scenario {
  const name = String(json.get('name'))
  const steps = list(json.get('steps')).map((item, index) => step(`${name}#${index + 1}`, dict(item)))
  return { name, isolated: json.get('isolated') === true, steps }
}

function step(id: string, json: PyDict): Step {
  return {
    id,
    verb: String(json.get('m')),
    path: String(json.get('p')),
    query: queryOf(json.get('q')),
    body: bodyOf(json),
    contentType: optionalText(json.get('ct')) ?? (json.has('b') ? 'application/json' : undefined),
    headers: texts(json.get('h')),
    save: texts(json.get('save')),
    waitMs: Number(json.get('wait_ms') ?? 0),
    expect: expected(dict(json.get('expect'))),
    also: json.has('also') ? expected(dict(json.get('also'))) : undefined,
  }
}

/** Either an object, of which a list repeats its key, or a list of pairs. */
function queryOf(json: PyValue | undefined): Step['query'] {
  if (json === undefined || json === null) return []
  const pairs = isDict(json)
    ? [...json]
    : list(json).map((pair): [string, PyValue] => [String(list(pair)[0]), list(pair)[1] ?? null])
  return pairs.flatMap(([key, value]) =>
    isList(value) ? value.map((item) => [key, item] as const) : [[key, value] as const],
  )
}

function bodyOf(json: PyDict): Step['body'] {
  const raw = optionalText(json.get('raw'))
  if (raw !== undefined) return { text: raw }
  const encoded = optionalText(json.get('b64'))
  if (encoded !== undefined) return { bytes: Buffer.from(encoded, 'base64') }
  const value = json.get('b')
  return value === undefined ? undefined : { json: value }
}

function expected(json: PyDict): ExpectedAnswer {
  const encoded = optionalText(json.get('b64'))
  return {
    status: Number(json.get('status')),
    type: String(json.get('type')),
    body: json.get('body'),
    text: optionalText(json.get('text')),
    bytes: encoded === undefined ? undefined : Buffer.from(encoded, 'base64'),
    headers: json.has('headers') ? Object.fromEntries(dict(json.get('headers'))) : {},
    isCrash: json.get('crash') === true,
  }
}

function dict(value: PyValue | undefined): PyDict {
  if (isDict(value)) return value
  throw new TypeError('a scenario file has something else where an object belongs')
}

function list(value: PyValue | undefined): readonly PyValue[] {
  if (isList(value)) return value
  throw new TypeError('a scenario file has something else where a list belongs')
}

function texts(value: PyValue | undefined): Readonly<Record<string, string>> {
  if (value === undefined || value === null) return {}
  return Object.fromEntries([...dict(value)].map(([key, text]) => [key, String(text)]))
}

function optionalText(value: PyValue | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined
}
