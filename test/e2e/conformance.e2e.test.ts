import { writeFileSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import type { ReportCard } from '../../src/conformance/report/report-card.ts'
import { run } from './support/headrace-process.ts'
import { serveOpenInference } from './support/open-inference-server.ts'

const MODELS = ['-m', 'digits=models/digits/1', '-m', 'datatypes=test/fixtures/onnx/datatypes.onnx']

async function served(...args: readonly string[]) {
  const server = await serveOpenInference([...MODELS, ...args])
  onTestFinished(async () => void (await server.process.stop()))
  return server
}

async function reportOf(...args: readonly string[]) {
  // Many times what a case takes, for a machine that does other things as well.
  const { code, stdout, stderr } = await run({ args: ['conformance', ...args, '--timeout', '120', '--json'] })
  expect(stderr).toBe('')
  const report = JSON.parse(stdout) as ReportCard
  const failed = report.results
    .filter(({ outcome }) => outcome === 'fail')
    .map(({ id, reason }) => `${id}: ${reason}`)
  return { code, report, failed }
}

test.each(['digits', 'datatypes'])('all of the protocol holds over REST and gRPC (%s)', async (model) => {
  const { url, grpc } = await served()
  const { code, failed, report } = await reportOf(
    url,
    '--grpc',
    grpc,
    '--model',
    model,
    '--control',
    '--strict',
  )
  expect(failed).toEqual([])
  expect(code).toBe(0)
  const skipped = report.results.filter(({ outcome }) => outcome === 'skipped')
  expect(skipped).toEqual([])
})

test('all of the protocol holds of several processes behind one port', async () => {
  const { url, grpc } = await served('--processes', '2')
  const { code, failed } = await reportOf(url, '--grpc', grpc, '--model', 'digits', '--control', '--strict')
  expect(failed).toEqual([])
  expect(code).toBe(0)
})

test('a server with keys is tried with one', async () => {
  const { url, grpc } = await served('--api-key', 'conformance-key')
  const key = ['--header', 'authorization: Bearer conformance-key']
  const { code, failed } = await reportOf(url, '--grpc', grpc, '--model', 'digits', '--strict', ...key)
  expect(failed).toEqual([])
  expect(code).toBe(0)
})

test('a request of one’s own is the sample, and what it is not is said', async () => {
  const { url } = await served()
  const folder = await mkdtemp(join(tmpdir(), 'headrace-conformance-'))
  const input = join(folder, 'request.json')
  const data = Array.from({ length: 64 }, (_, index) => index / 4)
  writeFileSync(
    input,
    JSON.stringify({ inputs: [{ name: 'image', shape: [1, 1, 8, 8], datatype: 'FP32', data }] }),
  )
  const { code } = await reportOf(url, '--model', 'digits', '--input', input, '--group', 'infer')
  expect(code).toBe(0)
  writeFileSync(input, '{"inputs": [{"name": "image"}]}')
  const wrong = await run({ args: ['conformance', url, '--model', 'digits', '--input', input] })
  expect(wrong.code).toBe(1)
  expect(wrong.stderr).toContain('an input has not all of "name", "datatype", "shape" and "data"')
})
