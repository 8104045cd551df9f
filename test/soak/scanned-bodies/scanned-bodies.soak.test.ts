/**
 * A million bodies, half of them with changed bytes, for models of every kind: what the fast path reads is what the general path
 * reads, bit for bit, in MLflow's protocol and in that of V2.
 *
 *     HEADRACE_SOAK_BODIES=1000000 HEADRACE_SOAK_SEED=1 npm run test:soak -- scanned-bodies
 */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Patience } from '../../../src/protocols/json-numbers/patience.ts'
import { readUnscannedBody } from '../../../src/protocols/open-inference/body/infer-body.ts'
import { readScannedBody } from '../../../src/protocols/open-inference/body/read-scanned-body.ts'
import { bodies, models } from '../../protocols/mlflow-scoring/fast/fast-bodies.ts'
import { fastOutcome, outcome } from '../../protocols/mlflow-scoring/fast/outcome.ts'
import { codecFor } from '../../protocols/mlflow-scoring/models.ts'
import { inferBodies } from '../../protocols/open-inference/body/any-infer-body.ts'
import { givenOutcome } from '../../protocols/open-inference/body/given-outcome.ts'

const BODIES = Number(process.env['HEADRACE_SOAK_BODIES'] ?? 1_000_000)
const SEED = Number(process.env['HEADRACE_SOAK_SEED'] ?? 1)

const all = Object.entries(models)
const eachModel = Math.ceil((BODIES * 0.8) / all.length)

test.each(all)(`${eachModel} bodies for %s (seed ${SEED})`, (_, model) => {
  const codec = codecFor(model)
  fc.assert(
    fc.property(bodies, (body) => {
      const answer = fastOutcome(codec, body)
      if (answer !== undefined) expect(answer).toEqual(outcome(() => codec.decodeUnscanned(body)))
    }),
    { numRuns: eachModel, seed: SEED },
  )
})

test(`${BODIES * 0.2} bodies of V2 (seed ${SEED})`, () => {
  fc.assert(
    fc.property(inferBodies, (body) => {
      const answer = givenOutcome(() => readScannedBody(body, new Patience()))
      if (answer !== undefined) expect(answer).toEqual(givenOutcome(() => readUnscannedBody(body, undefined)))
    }),
    { numRuns: BODIES * 0.2, seed: SEED },
  )
})
