import { readFile } from 'node:fs/promises'
import { invalidParameter, messageOf } from '../../core/errors.ts'
import { checkAnswer } from '../answer-check.ts'
import { WrongAnswer } from '../answers/named-values.ts'
import { readAnswer } from '../answers/read-answer.ts'
import type { AnswerCheck, AnswerForm, Dialect, Payload } from '../target.ts'
import type { Peer } from './peer.ts'
import type { TargetOptions } from './target-options.ts'

/** Bodies that are asked with to find out whether answers are predictions. */
const TRIED_BODIES = 3

const DEFAULT_TOLERANCE = 1e-3

export interface Expectation {
  readonly peer: Peer
  readonly dialect: Dialect
  readonly form: AnswerForm
  readonly options: TargetOptions
}

export interface ExpectedPayloads {
  readonly payloads: readonly Payload[]
  /** What is checked, where it is worth telling. */
  readonly found: readonly string[]
}

/**
 * Says of each payload what its answer has to be. Where that is not said by the user, answers to generated bodies
 * have to be predictions, if the server's first answers are such.
 * @throws ServingError INVALID_PARAMETER_VALUE for a golden file that is wrong or answers that cannot be checked as
 *   wanted
 */
export async function expectAnswers(
  payloads: readonly Payload[],
  expectation: Expectation,
): Promise<ExpectedPayloads> {
  const { options } = expectation
  if (options.goldenFile !== undefined) return goldenOfFile(payloads, options.goldenFile, expectation)
  if (options.check === 'golden') return goldenOfServer(payloads, expectation)
  if (options.check === 'status') return { payloads, found: ['answers are checked by their status alone'] }
  const isGenerated = options.payloadFiles.length === 0 && expectation.dialect !== 'plain'
  if (options.check === undefined && !isGenerated) return { payloads, found: [] }
  return predictions(payloads, expectation)
}

async function predictions(
  payloads: readonly Payload[],
  expectation: Expectation,
): Promise<ExpectedPayloads> {
  const { form, options } = expectation
  const [first] = payloads
  if (first?.rows === undefined) {
    throw invalidParameter(
      '--check predictions: how many rows the payloads have is not known. Use --check status or golden',
    )
  }
  const problem = await firstProblem(payloads.slice(0, TRIED_BODIES), expectation)
  if (problem === undefined) {
    return {
      payloads: payloads.map((payload) =>
        withCheck(payload, { kind: 'predictions', rows: payload.rows ?? 0, form }),
      ),
      found: ['answers need a prediction for each row, all finite'],
    }
  }
  if (options.check !== undefined)
    throw invalidParameter(`--check predictions: one of the first answers is not right: ${problem}`)
  return { payloads, found: [`answers are checked by their status alone: ${problem}`] }
}

async function firstProblem(
  payloads: readonly Payload[],
  { peer, dialect, form }: Expectation,
): Promise<string | undefined> {
  for (const payload of payloads) {
    const { body } = await peer.ask(payload)
    const problem = checkAnswer({ kind: 'predictions', rows: payload.rows ?? 0, form }, dialect, body)
    if (problem !== undefined) return problem
  }
  return undefined
}

async function goldenOfServer(
  payloads: readonly Payload[],
  expectation: Expectation,
): Promise<ExpectedPayloads> {
  const { peer } = expectation
  const checked: Payload[] = []
  for (const payload of payloads) {
    const { status, body, text } = await peer.ask(payload)
    if (status !== payload.expected.status) {
      throw invalidParameter(
        `--check golden: ${peer.url} answered ${status} to '${payload.name}': ${text.slice(0, 200)}`,
      )
    }
    const { form } = expectation
    const answer = Buffer.from(body).toString(form === 'json' ? 'utf8' : 'base64')
    checked.push(withCheck(payload, golden(answer, expectation)))
  }
  return { payloads: checked, found: ['answers have to stay as the first ones are'] }
}

async function goldenOfFile(
  payloads: readonly Payload[],
  file: string,
  expectation: Expectation,
): Promise<ExpectedPayloads> {
  const answers = goldenAnswers(await textOf(file), file)
  if (answers.length > 1 && answers.length !== payloads.length) {
    throw invalidParameter(`${file} has ${answers.length} answers, and there are ${payloads.length} payloads`)
  }
  const jsonExpectation = { ...expectation, form: 'json' as const }
  for (const [index, answer] of answers.entries()) {
    try {
      readAnswer(expectation.dialect, 'json', Buffer.from(answer))
    } catch (error) {
      if (error instanceof WrongAnswer)
        throw invalidParameter(`${file}, answer ${index + 1}: ${error.message}`)
      throw error
    }
  }
  if (expectation.form !== 'json')
    throw invalidParameter('--golden: answers that are bytes are compared by --check golden')
  return {
    payloads: payloads.map((payload, index) =>
      withCheck(payload, golden(answers[index] ?? answers[0] ?? '', jsonExpectation)),
    ),
    found: [`answers have to be those of ${file}`],
  }
}

function golden(answer: string, { form, options }: Expectation): AnswerCheck {
  return { kind: 'golden', answer, relativeTolerance: options.relativeTolerance ?? DEFAULT_TOLERANCE, form }
}

function withCheck(payload: Payload, check: AnswerCheck): Payload {
  return { ...payload, expected: { ...payload.expected, check } }
}

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    throw invalidParameter(`The golden answers cannot be read: ${messageOf(error)}`)
  }
}

/** One JSON value, or one a line. */
function goldenAnswers(text: string, file: string): readonly string[] {
  if (isJson(text)) return [text]
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  const wrong = lines.findIndex((line) => !isJson(line))
  if (lines.length > 0 && wrong === -1) return lines
  throw invalidParameter(
    `${file} is neither JSON nor lines of JSON${wrong === -1 ? '' : `: see line ${wrong + 1}`}`,
  )
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
