import { copyFileSync, mkdirSync, symlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { modelPath } from '../fixtures/onnx/onnx-models.ts'
import { temporaryFolder } from '../fixtures/temporary-folder.ts'
import { ROOT } from './support/headrace-process.ts'
import { runClient, type ServerAddresses } from './support/open-inference-clients.ts'
import {
  datatypeModelFlags,
  type OpenInferenceServer,
  serveOpenInference,
} from './support/open-inference-server.ts'

const CERTIFICATE = join(ROOT, 'test/server/fixtures/localhost-cert.pem')
const KEY = join(ROOT, 'test/server/fixtures/localhost-key.pem')
const API_KEY = 'open-sesame'
const TRANSPORTS = ['rest', 'grpc'] as const

const running: OpenInferenceServer[] = []

afterEach(async () => {
  for (const { process } of running.splice(0)) {
    process.signal('SIGKILL')
    await process.finished()
  }
})

async function serve(...args: readonly string[]): Promise<OpenInferenceServer> {
  const server = await serveOpenInference(args)
  running.push(server)
  return server
}

async function expectAllHeld(program: string, addresses: ServerAddresses, scenarios: number): Promise<void> {
  const { held, failed } = await runClient(program, addresses)
  expect(failed).toEqual({})
  expect(held).toHaveLength(scenarios)
}

describe('with TLS and keys', () => {
  async function secured(): Promise<ServerAddresses> {
    const tls = ['--ssl-certfile', CERTIFICATE, '--ssl-keyfile', KEY, '--api-key', API_KEY]
    const { rest, grpc } = await serve(...datatypeModelFlags(temporaryFolder(), ['fp32']), ...tls)
    // The certificate names no address.
    const [atRest, atGrpc] = [rest, grpc].map((each) => each.replace('127.0.0.1', 'localhost'))
    return { rest: atRest!, grpc: atGrpc!, apiKey: API_KEY, certificate: CERTIFICATE }
  }

  test('tritonclient and KServe are known by their keys', async () => {
    const addresses = await secured()
    for (const transport of TRANSPORTS) {
      await expectAllHeld('triton_secured', { ...addresses, transport }, 4)
    }
    await expectAllHeld('kserve_secured', addresses, 2)
  })
})

describe.each([
  ['one process', []],
  ['two processes', ['--processes', '2']],
] as const)('tritonclient loads and unloads models of %s', (_, flags) => {
  test.each(TRANSPORTS)('by %s', async (transport) => {
    const server = await serve(...datatypeModelFlags(temporaryFolder(), ['fp32', 'int64']), ...flags)
    await expectAllHeld('triton_control', { ...server, transport }, 4)
  })
})

test.each(TRANSPORTS)(
  'models with a signature of MLflow are asked by its columns, by %s',
  async (transport) => {
    const folder = temporaryFolder()
    const flags = ['iris/2', 'multi/1', 'params/1'].flatMap((model) => {
      const own = join(folder, dirname(model))
      symlinkSync(join(ROOT, 'models', model), own)
      return ['-m', own]
    })
    await expectAllHeld('triton_signature', { ...(await serve(...flags)), transport }, 5)
  },
)

describe('a model whose runs take seconds', () => {
  test.each(TRANSPORTS)('is waited for as long as a client says, by %s', async (transport) => {
    const folder = join(temporaryFolder(), 'loop')
    mkdirSync(folder)
    copyFileSync(modelPath('loop'), join(folder, 'model.onnx'))
    const server = await serve('-m', folder, '--workers', '1')
    await expectAllHeld('triton_waiting', { ...server, transport }, 3)
    const counted = async () => {
      const figures = await (await fetch(`${server.url}/metrics`)).text()
      expect(figures).toMatch(/^headrace_requests_total\{model="loop",version="1",code="504"\} [12]$/m)
      expect(figures).toMatch(/^headrace_requests_total\{model="loop",version="1",code="499"\} [12]$/m)
    }
    await vi.waitFor(counted, { timeout: 30_000 })
  })
})
