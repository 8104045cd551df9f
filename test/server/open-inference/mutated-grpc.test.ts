import { afterAll, beforeAll, expect, test } from 'vitest'
import { type OpenInferenceServer, serveOpenInference } from '../../e2e/support/open-inference-server.ts'
import { temporaryFolder } from '../../fixtures/temporary-folder.ts'
import { Random } from '../../soak/mlflow-differential/random.ts'
import { GrpcMutations } from './mutations/grpc-mutations.ts'
import { sayNonsense } from './mutations/http2-nonsense.ts'
import { mutatedServerFlags } from './mutations/mutated-server-flags.ts'
import { runMutations } from './mutations/mutation-run.ts'

const REQUESTS = 1000
const TOGETHER = 16
const OK = '0'
const INVALID_ARGUMENT = '3'
const CONNECTIONS = 200

let server: OpenInferenceServer

beforeAll(async () => {
  server = await serveOpenInference(mutatedServerFlags(temporaryFolder()))
})

afterAll(async () => {
  server.process.signal('SIGKILL')
  await server.process.finished()
})

test(`${REQUESTS} mutated calls get a status that says what is wrong, and do no harm`, async () => {
  const mutations = new GrpcMutations(`http://${server.grpc}`)
  const { trial, stillSound } = mutations
  const report = await runMutations({ seed: 1, requests: REQUESTS, together: TOGETHER, trial, stillSound })
  mutations.close()
  expect(report.faults).toEqual([])
  expect(report.answers[OK]).toBeGreaterThan(0)
  expect(report.answers[INVALID_ARGUMENT]).toBeGreaterThan(REQUESTS / 4)
})

test(`${CONNECTIONS} connections on which nonsense is said do no harm`, async () => {
  const mutations = new GrpcMutations(`http://${server.grpc}`)
  for (let number = 1; number <= CONNECTIONS; number += 1) await sayNonsense(server.grpc, new Random(number))
  await mutations.stillSound()
  mutations.close()
})
