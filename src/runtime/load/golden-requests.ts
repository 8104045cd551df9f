import { performance } from 'node:perf_hooks'
import { setImmediate } from 'node:timers/promises'
import { invalidModel, messageOf, ServingError } from '../../core/errors.ts'
import type { Predictor } from '../../core/predictor.ts'
import type { ScoringCodec } from '../../protocols/mlflow-scoring/scoring-codec.ts'
import { type GoldenRequest, isRefusal } from './golden-request.ts'
import { firstDifference, parseReply } from './reply-comparison.ts'
import type { SampleBody } from './scoring-sample.ts'

/** The model as far as it is loaded when it is put to the proof. */
export interface ProvedModel {
  readonly predictor: Predictor
  readonly scoring: ScoringCodec
}

/** When this time is used up, what was compared until then is the proof. */
const TIME_BOX_MS = 2_000

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
    // Others may be served in this thread meanwhile.
    await setImmediate()
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
  const refusalExpected = isRefusal(golden.status)
  let reply: string
  try {
    reply = await answer(model, golden, deadline)
  } catch (error) {
    if (refusalExpected && error instanceof ServingError && error.code !== 'INTERNAL_ERROR') return
    throw differs(golden, `it fails: ${messageOf(error)}`, error)
  }
  if (refusalExpected) throw differs(golden, `it is answered, where MLflow answered ${golden.status}`)
  const difference = firstDifference(golden.reply, parseReply(reply), toleranceOf(model.predictor))
  if (difference !== undefined) throw differs(golden, difference)
}

/** Relative. Engines of other versions and processors round the last bits in other ways. */
function toleranceOf({ outputs }: Predictor): number {
  return outputs.some(({ datatype }) => datatype === 'FP16') ? 2e-3 : 1e-5
}

function differs({ origin }: GoldenRequest, reason: string, cause?: unknown): ServingError {
  const { file, line } = origin
  const recorded =
    line === undefined
      ? `its input example as recorded in ${file}`
      : `line ${line} of its ${file} as recorded`
  return invalidModel(`The model does not answer ${recorded}: ${reason}`, {
    details: { ...origin },
    ...(cause === undefined ? {} : { cause }),
  })
}
