/**
 * 100,000 requests that are wrong at random, half by REST and half by gRPC, to a real server: each is told so, sound ones
 * are answered after every hundred, and memory stays as it is after the first parts.
 *
 *     HEADRACE_SOAK_REQUESTS=100000 HEADRACE_SOAK_SEED=1 npm run test:soak -- open-inference-mutations
 */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ROOT } from '../../e2e/support/headrace-process.ts'
import { type OpenInferenceServer, serveOpenInference } from '../../e2e/support/open-inference-server.ts'
import { temporaryFolder } from '../../fixtures/temporary-folder.ts'
import { GrpcMutations } from '../../server/open-inference/mutations/grpc-mutations.ts'
import { mutatedServerFlags } from '../../server/open-inference/mutations/mutated-server-flags.ts'
import { type MutationPlan, runMutations } from '../../server/open-inference/mutations/mutation-run.ts'
import { RestMutations } from '../../server/open-inference/mutations/rest-mutations.ts'
import { residentBytes } from './resident-memory.ts'

const REQUESTS = Number(process.env['HEADRACE_SOAK_REQUESTS'] ?? 100_000)
const SEED = Number(process.env['HEADRACE_SOAK_SEED'] ?? 1)
const TOGETHER = 16
const PARTS = 10
/** The first parts fill the heap and the engine's arenas. */
const SETTLED = 4
const MOST_GROWTH = 1.15

/** V8 grows its young generation in steps under load; held small, only what is really kept shows. */
const SMALL_YOUNG_GENERATION = [process.execPath, '--max-semi-space-size=4', `${ROOT}src/cli/main.ts`]

let server: OpenInferenceServer

beforeAll(async () => {
  server = await serveOpenInference(mutatedServerFlags(temporaryFolder()), SMALL_YOUNG_GENERATION)
})

afterAll(async () => {
  expect((await server.process.stop()).code).toBe(0)
})

/** In ten parts, with the memory after each. */
async function soak(mutations: Pick<MutationPlan, 'trial' | 'stillSound'>): Promise<void> {
  const { trial, stillSound } = mutations
  const memory: number[] = []
  const answers: Record<string, number> = {}
  for (let part = 0; part < PARTS; part += 1) {
    const requests = REQUESTS / 2 / PARTS
    const seed = SEED * PARTS + part
    const report = await runMutations({ seed, requests, together: TOGETHER, trial, stillSound })
    expect(report.faults).toEqual([])
    for (const [kind, count] of Object.entries(report.answers)) answers[kind] = (answers[kind] ?? 0) + count
    memory.push(residentBytes(server.process.pid))
  }
  console.log(answers, memory.map((bytes) => Math.round(bytes / 2 ** 20)).join(' '), 'MiB')
  expect(memory.at(-1)!).toBeLessThan(Math.max(...memory.slice(0, SETTLED)) * MOST_GROWTH)
}

test(`${REQUESTS / 2} by REST (seed ${SEED})`, async () => {
  const mutations = new RestMutations(server.url, TOGETHER)
  await soak(mutations)
  mutations.close()
})

test(`${REQUESTS / 2} by gRPC (seed ${SEED})`, async () => {
  const mutations = new GrpcMutations(`http://${server.grpc}`)
  await soak(mutations)
  mutations.close()
})
