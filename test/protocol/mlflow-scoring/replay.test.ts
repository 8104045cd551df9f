import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ServingError } from '../../../src/core/errors.ts'
import type { Predictor } from '../../../src/core/predictor.ts'
import { flavorFor } from '../../../src/flavors/flavor-table.ts'
import { compileScoringCodec } from '../../../src/protocols/mlflow-scoring/compile-scoring-codec.ts'
import type { ScoringCodec, ScoringMediaType } from '../../../src/protocols/mlflow-scoring/scoring-codec.ts'
import { prepareModel } from '../../../src/runtime/prepare-model.ts'
import { bodyOf, modelFolder, type Recording, readRecordings } from './recording.ts'
import { isSameJson } from './same-json.ts'

/** Of the protocol's text; content types and the other endpoints belong to the HTTP server. */
const recordings = readRecordings().filter(({ kind }) => !/^(content-type|endpoints):/.test(kind))
const models = [...new Set(recordings.map(({ model }) => model))]

interface Answer {
  readonly status: number
  readonly body: string
}

describe.each(models)('MLflow recordings of %s', (model) => {
  let predictor: Predictor
  let codec: ScoringCodec

  beforeAll(async () => {
    const mlmodel = await prepareModel(modelFolder(model))
    predictor = await (await flavorFor(mlmodel)).load(mlmodel, { intraOpThreads: 1 })
    codec = compileScoringCodec({ signature: mlmodel.signature, ...predictor })
  })

  afterAll(async () => {
    await predictor?.close()
  })

  it.each(recordings.filter((recording) => recording.model === model))('$kind $id', async (recording) => {
    const answer = await score(predictor, codec, recording)
    const { status, resp } = wantedAnswer(recording)
    if (!isSameAnswer(answer, { status, body: resp })) expect(answer).toEqual({ status, body: resp })
  })
})

/** Of two right answers the one that predicts. */
function wantedAnswer({ status, resp, also }: Recording): { readonly status: number; readonly resp: string } {
  return also?.status === 200 ? also : { status, resp }
}

async function score(predictor: Predictor, codec: ScoringCodec, recording: Recording): Promise<Answer> {
  const mediaType = (recording.content_type ?? 'application/json').split(';')[0] as ScoringMediaType
  try {
    const { request, form } = await codec.decode(bodyOf(recording), mediaType)
    const outputs = await predictor.predict(request.inputs, { parameters: request.parameters })
    return { status: 200, body: codec.encode(outputs, form) }
  } catch (error) {
    if (!(error instanceof ServingError)) throw error
    return { status: 400, body: JSON.stringify({ error_code: error.code, message: error.message }) }
  }
}

/** A client's mistake that MLflow answers with 500 is a 400 here: docs/mlflow-differences.md. */
function isSameAnswer(answer: Answer, wanted: Answer): boolean {
  if (wanted.status === 500) return answer.status === 400
  if (answer.status !== wanted.status) return false
  if (wanted.status === 200) return isSameJson(answer.body, wanted.body)
  return JSON.parse(answer.body).error_code === JSON.parse(wanted.body).error_code
}
