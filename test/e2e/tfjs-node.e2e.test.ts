import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Predictor } from '../../src/core/predictor.ts'
import type { Tensor } from '../../src/core/tensor.ts'
import { describePredictor } from '../contract/predictor-contract.ts'
import {
  CONVOLUTION,
  ENGINE_MODELS,
  type EngineModel,
  GRAPH,
  WHERE,
} from '../flavors/tfjs/engines/support/engine-models.ts'
import { EINSUM } from '../flavors/tfjs/engines/support/odd-models.ts'
import { saveEngineModel } from '../flavors/tfjs/engines/support/open-engine-model.ts'
import { HeadraceProcess, ROOT, run } from './support/headrace-process.ts'
import { enginesOf } from './support/tfjs-engines.ts'
import { projectWithTfjsNode } from './support/tfjs-node-project.ts'
import type { RequestsJob, RequestsReport } from './support/tfjs-requests.ts'

let folder = ''
let project = ''
const models = new Map<EngineModel, string>()

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'headrace-tfjs-node-'))
  project = projectWithTfjsNode(folder)
  for (const [index, model] of [...ENGINE_MODELS, EINSUM].entries()) {
    const path = join(folder, `model-${index}`)
    await saveEngineModel(model, path)
    models.set(model, path)
  }
}, 600_000)

afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** From the copy that has tfjs-node beside it. */
async function open(model: EngineModel): Promise<Predictor> {
  const { readArtifacts, openTfjs } = await enginesOf(project)
  return await openTfjs(await readArtifacts(models.get(model)!, 'model.json'), 'tfjs-node')
}

for (const model of ENGINE_MODELS) {
  describePredictor(
    `${model.name}, in TensorFlow (tfjs-node),`,
    { open: () => open(model), inputs: model.inputs },
    model.skips,
  )
}

describe('the engine tfjs-node', () => {
  test.each([CONVOLUTION, GRAPH, WHERE])(
    'holds as many tensors after 10,000 requests, refused ones among them: $name',
    async (model) => {
      const workerData: RequestsJob = {
        project,
        model: models.get(model)!,
        backend: 'tfjs-node',
        requests: 10_000,
        inputs: [...model.inputs(2, 1)],
      }
      const worker = new Worker(new URL('./support/tfjs-requests.ts', import.meta.url), { workerData })
      const report = await new Promise<RequestsReport>((resolve, reject) => {
        worker.once('message', resolve)
        worker.once('error', reject)
      })
      await worker.terminate()
      expect(report.refused).toBe(1_000)
      expect(report.after.tensors).toBe(report.before.tensors)
      expect(report.residentLate).toBeLessThan(report.residentEarly + 50e6)
    },
  )

  test('serves a model over HTTP, and one that WebAssembly cannot run', async () => {
    for (const model of [CONVOLUTION, EINSUM]) {
      const command = [process.execPath, `${project}/src/cli/main.ts`]
      const args = [
        'serve',
        '-m',
        models.get(model)!,
        '--port',
        '0',
        '--tfjs-engine',
        'tfjs-node',
        '--workers',
        '2',
      ]
      const server = new HeadraceProcess({ command, args })
      try {
        const url = await server.listening()
        expect(server.output).toContain('"engine":"tfjs-node"')
        const [[, input]] = [...model.inputs(1, 1)] as [[string, Tensor]]
        const reply = await fetch(`${url}/invocations`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ inputs: nested(input) }),
        })
        expect([reply.status, await reply.text()]).toMatchObject([
          200,
          expect.stringContaining('predictions'),
        ])
      } finally {
        await server.stop()
      }
    }
  })

  test('is refused by name where it is not installed, with the way to install it', async () => {
    const args = ['serve', '-m', models.get(CONVOLUTION)!, '--port', '0', '--tfjs-engine', 'tfjs-node']
    const { code, stderr, stdout } = await run({
      command: [process.execPath, `${ROOT}src/cli/main.ts`],
      args,
      cwd: folder,
    })
    expect(code).not.toBe(0)
    expect(stderr + stdout).toContain('npm install @tensorflow/tfjs-node@4.22.0')
  })
})

/** A tensor as nested lists. */
function nested({ shape, data }: Tensor): unknown {
  return shape.reduceRight<unknown[]>(
    (flat, size, axis) => {
      if (axis === 0) return flat
      return Array.from({ length: flat.length / size }, (_, index) =>
        flat.slice(index * size, (index + 1) * size),
      )
    },
    Array.from<unknown>(data as Float32Array),
  )
}
