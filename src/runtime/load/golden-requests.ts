import { performance } from 'node:perf_hooks'
import { invalidModel, messageOf, ServingError } from '../../core/errors.ts'
import type { Predictor } from '../../core/predictor.ts'
import type { MlModel } from '../../flavors/mlmodel.ts'
import { readModelFile } from '../../flavors/model-file.ts'
import type { ScoringCodec } from '../../protocols/mlflow-scoring/scoring-codec.ts'
import { firstDifference, parseReply } from './reply-comparison.ts'
import { mediaTypeOf, type SampleBody } from './scoring-sample.ts'

/** A request with the answer that the real MLflow gave: a line of `golden.jsonl` beside the MLmodel file. */
export interface GoldenRequest extends SampleBody {
  /** Counted from 1, for messages. */
  readonly line: number
  readonly status: number
  /** Text of the answer's body. */
  readonly reply: string
}

/** The model as far as it is loaded when it is put to the proof. */
export interface ProvedModel {
  readonly predictor: Predictor
  readonly scoring: ScoringCodec
}

const FILE_NAME = 'golden.jsonl'
const MOST_BYTES = 16 * 1024 * 1024
const MOST_REQUESTS = 64
/** When this time is used up, what was compared until then is the proof. */
const TIME_BOX_MS = 2_000

/**
 * Reads the first 64 golden requests of a model; none where it brings no file.
 * @throws ServingError INVALID_PARAMETER_VALUE where a line is not one.
 */
export async function readGoldenRequests(directory: string): Promise<GoldenRequest[]> {
  const bytes = await readIfThere(directory, FILE_NAME)
  if (bytes === undefined) return []
  const lines = new TextDecoder().decode(bytes).split('\n')
  return lines
    .map((text, index) => ({ text, line: index + 1 }))
    .filter(({ text }) => text.trim() !== '')
    .slice(0, MOST_REQUESTS)
    .map(({ text, line }) => parseLine(text, line))
}

/** The request body that MLflow wrote from the input example; undefined where there is none. */
export async function readServingExample(model: MlModel): Promise<SampleBody | undefined> {
  if (model.servingInputPath === undefined) return undefined
  const body = await readIfThere(model.directory, model.servingInputPath)
  return body === undefined ? undefined : { mediaType: 'application/json', body }
}

/**
 * Runs golden requests and compares the answers with the recorded ones.
 * @param deadline `performance.now()` past which a run is given up.
 * @returns how many were answered as recorded.
 * @throws ServingError INVALID_PARAMETER_VALUE at the first difference.
 */
export async function proveGoldenRequests(
  model: ProvedModel,
  requests: readonly GoldenRequest[],
  deadline: number,
): Promise<number> {
  const end = performance.now() + TIME_BOX_MS
  let proved = 0
  for (const request of requests) {
    if (proved > 0 && performance.now() > end) break
    await prove(model, request, deadline)
    proved += 1
  }
  return proved
}

/** Answers one request as the server would. @throws ServingError */
export async function answer(model: ProvedModel, sample: SampleBody, deadline: number): Promise<string> {
  const { request, form } = await model.scoring.decode(sample.body, sample.mediaType)
  const { inputs, parameters, outputs } = request
  const options = { parameters, deadline, ...(outputs === undefined ? {} : { outputs }) }
  return model.scoring.encode(await model.predictor.predict(inputs, options), form)
}

async function prove(model: ProvedModel, golden: GoldenRequest, deadline: number): Promise<void> {
  const refusalExpected = golden.status >= 400
  let reply: string
  try {
    reply = await answer(model, golden, deadline)
  } catch (error) {
    if (refusalExpected && error instanceof ServingError && error.code !== 'INTERNAL_ERROR') return
    throw differs(golden, `it fails: ${messageOf(error)}`, error)
  }
  if (refusalExpected) throw differs(golden, `it is answered, where MLflow answered ${golden.status}`)
  const tolerance = toleranceOf(model.predictor)
  const difference = firstDifference(parseReply(golden.reply), parseReply(reply), tolerance)
  if (difference !== undefined) throw differs(golden, difference)
}

/** Relative. Engines of other versions and processors round the last bits in other ways. */
function toleranceOf({ outputs }: Predictor): number {
  return outputs.some(({ datatype }) => datatype === 'FP16') ? 2e-3 : 1e-5
}

function differs({ line }: GoldenRequest, reason: string, cause?: unknown): ServingError {
  return invalidModel(`The model does not answer line ${line} of its ${FILE_NAME} as recorded: ${reason}`, {
    details: { file: FILE_NAME, line },
    ...(cause === undefined ? {} : { cause }),
  })
}

function parseLine(text: string, line: number): GoldenRequest {
  try {
    const {
      content_type: contentType,
      body,
      status = 200,
      resp,
    } = JSON.parse(text) as Record<string, unknown>
    if (typeof contentType !== 'string') throw new TypeError("'content_type' is not a text")
    if (typeof status !== 'number') throw new TypeError("'status' is not a number")
    if (typeof resp !== 'string') throw new TypeError("'resp' is not a text")
    return { line, status, reply: resp, body: bodyBytes(body), mediaType: mediaTypeOf(contentType) }
  } catch (error) {
    throw invalidModel(`Line ${line} of ${FILE_NAME} cannot be read: ${messageOf(error)}`, {
      details: { file: FILE_NAME, line },
      cause: error,
    })
  }
}

/** Text, or `{"b64": …}` for a body that is not text. */
function bodyBytes(body: unknown): Uint8Array {
  if (typeof body === 'string') return Buffer.from(body)
  const base64 = typeof body === 'object' && body !== null && 'b64' in body ? body.b64 : undefined
  if (typeof base64 !== 'string') throw new TypeError('\'body\' is neither a text nor {"b64": …}')
  return Buffer.from(base64, 'base64')
}

async function readIfThere(directory: string, name: string): Promise<Uint8Array | undefined> {
  try {
    return await readModelFile(directory, name, MOST_BYTES)
  } catch (error) {
    if (error instanceof ServingError && error.code === 'RESOURCE_DOES_NOT_EXIST') return undefined
    throw error
  }
}
