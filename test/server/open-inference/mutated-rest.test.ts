import { afterAll, beforeAll, expect, test } from 'vitest'
import { HeadraceProcess } from '../../e2e/support/headrace-process.ts'
import { temporaryFolder } from '../../fixtures/temporary-folder.ts'
import { mutatedServerFlags } from './mutations/mutated-server-flags.ts'
import { runMutations } from './mutations/mutation-run.ts'
import { RestMutations } from './mutations/rest-mutations.ts'

const REQUESTS = 1500
const TOGETHER = 16

let server: HeadraceProcess

beforeAll(() => {
  server = new HeadraceProcess({ args: ['serve', '--port', '0', ...mutatedServerFlags(temporaryFolder())] })
})

afterAll(async () => {
  server.signal('SIGKILL')
  await server.finished()
})

test(`${REQUESTS} mutated requests get an answer that says what is wrong, and do no harm`, async () => {
  const mutations = new RestMutations(await server.listening(), TOGETHER)
  const { trial, stillSound } = mutations
  const report = await runMutations({ seed: 1, requests: REQUESTS, together: TOGETHER, trial, stillSound })
  mutations.close()
  expect(report.faults).toEqual([])
  expect(report.answers['200']).toBeGreaterThan(0)
  expect(report.answers['400']).toBeGreaterThan(REQUESTS / 4)
})
