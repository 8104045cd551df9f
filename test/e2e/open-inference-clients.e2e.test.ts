import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { temporaryFolder } from '../fixtures/temporary-folder.ts'
import { runClient } from './support/open-inference-clients.ts'
import {
  datatypeModelFlags,
  type OpenInferenceServer,
  serveOpenInference,
} from './support/open-inference-server.ts'

/** Programs of `support/open_inference/`, what they speak, and how many scenarios each has at least. */
const PROGRAMS = [
  ['triton_tensors', 'rest', 10],
  ['triton_tensors', 'grpc', 10],
  ['triton_calls', 'rest', 12],
  ['triton_calls', 'grpc', 12],
  ['triton_rest', 'rest', 4],
  ['triton_grpc', 'grpc', 6],
  ['triton_aio', 'rest', 5],
  ['triton_aio', 'grpc', 5],
  ['kserve_rest', 'rest', 7],
  ['kserve_grpc', 'grpc', 5],
  ['first_version', 'rest', 5],
] as const

/** Where models run, how their requests are batched, and how many processes serve them. */
const SERVERS = [
  ['inline', ['--placement', 'inline']],
  ['in pools, batched', ['--placement', 'pool', '--batching', 'on', '--workers', '1']],
  ['in two processes', ['--processes', '2', '--placement', 'inline']],
] as const

describe.each(SERVERS)('models %s', (_, flags) => {
  let server: OpenInferenceServer

  beforeAll(async () => {
    server = await serveOpenInference([...datatypeModelFlags(temporaryFolder()), ...flags])
  })

  afterAll(async () => {
    expect((await server.process.stop()).code).toBe(0)
  })

  test.each(PROGRAMS)('%s by %s', async (program, transport, scenarios) => {
    const { held, failed } = await runClient(program, { ...server, transport })
    expect(failed).toEqual({})
    expect(held.length).toBeGreaterThanOrEqual(scenarios)
  })
})
