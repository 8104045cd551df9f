import { expect, test } from 'vitest'
import { flavorFor } from '../../../src/flavors/flavor-table.ts'
import { compileScoringCodec } from '../../../src/protocols/mlflow-scoring/compile-scoring-codec.ts'
import type { JsonBodyDecoder } from '../../../src/protocols/mlflow-scoring/scoring-codec.ts'
import { prepareModel } from '../../../src/runtime/prepare-model.ts'
import { fastOutcome, outcome } from '../../protocols/mlflow-scoring/fast/outcome.ts'
import { bodyOf, modelFolder, readRecordings } from './recording.ts'

/**
 * How many of a model's JSON requests that MLflow answers are read without the general path. The others hold texts, nothing at all,
 * or numbers that casts change (1.7 for an integer).
 */
const READ_FAST: Readonly<Record<string, number>> = {
  ...{ one_cols: 7, one_float: 6, one_opt: 1, two_cols: 7, w2_cols: 2, k2_long: 10, ki_int: 7, p2_cols: 3 },
  ...{ sk_lin_float: 4, sk_rf_cols: 3, sk_zipmap_cols: 3, one_params: 9 },
  ...{ one_tensor: 8, one_tensor_named: 4, img_fixed: 1, img_tensor: 3, k1_tensor: 10, two_tensor: 2 },
  ...{ sk_lin_tensor: 5, sk_rf_tensor: 4, sk_nozipmap_tensor: 5, sk_zipmap_tensor: 3, special_tensor: 4 },
  ...{
    one_nosig: 5,
    dbl_nosig: 1,
    int_nosig: 3,
    bool_nosig: 1,
    img_nosig: 3,
    k2_nosig: 3,
    z2_nosig: 4,
    w2_nosig: 2,
  },
}

const requests = readRecordings().filter(({ kind, status, content_type }) => {
  return status === 200 && !/^(content-type|endpoints):/.test(kind) && /json/.test(content_type ?? 'json')
})

async function codecOf(model: string): Promise<JsonBodyDecoder> {
  const mlmodel = await prepareModel(modelFolder(model))
  const predictor = await (await flavorFor(mlmodel)).load(mlmodel, { intraOpThreads: 1 })
  const { inputs, outputs } = predictor
  await predictor.close()
  return compileScoringCodec({ signature: mlmodel.signature, inputs, outputs })
}

test.each(Object.entries(READ_FAST))(
  '%s: %i of its requests are read in the fast way',
  async (model, least) => {
    const codec = await codecOf(model)
    let fast = 0
    for (const recording of requests.filter((request) => request.model === model)) {
      const body = bodyOf(recording)
      const answer = fastOutcome(codec, body)
      if (answer === undefined) continue
      fast += 1
      expect(answer).toEqual(outcome(() => codec.decodeUnscanned(body)))
    }
    expect(fast).toBeGreaterThanOrEqual(least)
  },
)
