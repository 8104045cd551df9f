import { spawn, spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { loadFile } from '../fixtures/onnx/onnx-models.ts'
import { temporaryFolder } from '../fixtures/temporary-folder.ts'
import { withoutLateWarning } from '../fixtures/tfjs/late-warning.ts'
import { network, saved, savedStateful } from '../flavors/tfjs/prepare/support/saved-models.ts'

const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url))
const IRIS = fileURLToPath(new URL('../../models/iris/1', import.meta.url))
const STATEFUL = "layer 'memory' (LSTM): states that are kept between calls"

let compiled: string
let stateful: string
/** One for all tests: models are compiled once. */
let cacheDir: string
let folder: string

beforeAll(async () => {
  compiled = await saved(network())
  stateful = await savedStateful()
  cacheDir = temporaryFolder()
})
beforeEach(() => {
  folder = temporaryFolder()
})

const env = () => ({ ...process.env, HEADRACE_CACHE_DIR: cacheDir })

function models(...args: readonly string[]) {
  const child = spawnSync(process.execPath, [MAIN, 'models', ...args], {
    cwd: folder,
    encoding: 'utf8',
    env: env(),
  })
  return { code: child.status, out: child.stdout, err: withoutLateWarning(child.stderr) }
}

describe('headrace models convert', () => {
  test('writes the ONNX model that gives the same, and says what it takes and gives', async () => {
    const { code, out, err } = models('convert', compiled, '-o', 'model.onnx')
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(out).toMatch(/^Wrote .*model\.onnx: \d.*, \d+ nodes\.\nIt gives what TF\.js gives: \d+ runs /)
    expect(out).toMatch(/^input +hidden_input +FP32 +\[-1, 4\]$/m)
    expect(out).toMatch(/^output +shares +FP32 +\[-1, 3\]$/m)
    const predictor = await loadFile(join(folder, 'model.onnx'))
    expect(predictor.inputs).toEqual([{ name: 'hidden_input', datatype: 'FP32', shape: [-1, 4] }])
    await predictor.close()
  })

  test('writes over a file only where it is told to', () => {
    writeFileSync(join(folder, 'model.onnx'), 'mine')
    expect(models('convert', compiled, '-o', 'model.onnx')).toMatchObject({
      code: 1,
      out: '',
      err: expect.stringMatching(/^headrace: .*model\.onnx is there already.*--force.*\n$/),
    })
    expect(readFileSync(join(folder, 'model.onnx'), 'utf8')).toBe('mine')
    const { out } = models('convert', compiled, '-o', 'model.onnx', '--force', '--json')
    expect(JSON.parse(out)).toMatchObject({
      path: join(folder, 'model.onnx'),
      bytes: readFileSync(join(folder, 'model.onnx')).length,
      proof: { cases: expect.any(Number), largestDifference: expect.any(Number) },
      inputs: [{ name: 'hidden_input' }],
    })
  })

  test.each([
    ['a model that is not compiled, with the reason', () => stateful, STATEFUL],
    ['a model that is ONNX already', () => IRIS, "a model of the flavor 'onnx'"],
    ['a folder without a model', () => folder, ''],
  ])('refuses %s', (_, path, reason) => {
    const { code, out, err } = models('convert', path(), '-o', 'model.onnx')
    expect({ code, out }).toEqual({ code: 1, out: '' })
    expect(err).toMatch(/^headrace: [^\n]+\n$/)
    expect(err).toContain(reason)
    expect(err).not.toContain('--tfjs-engine')
  })

  test('refuses a place that cannot be written', () => {
    expect(models('convert', compiled, '-o', 'no/such/folder.onnx')).toMatchObject({
      code: 1,
      err: expect.stringContaining('cannot be written'),
    })
  })
})

describe('headrace models show', () => {
  test('names the engine of a TF.js model, and why it is not onnxruntime', () => {
    expect(models('show', compiled).out).toMatch(/^engine +onnxruntime$/m)
    const { out } = models('show', stateful)
    expect(out).toMatch(/^engine +wasm$/m)
    expect(out).toContain(STATEFUL)
    expect(JSON.parse(models('show', stateful, '--json').out)).toMatchObject({
      engine: { name: 'wasm', reason: STATEFUL },
      modelFile: { outputs: [{ name: 'memory' }] },
    })
  })

  test('takes the engine that is named', () => {
    expect(models('show', compiled, '--tfjs-engine', 'wasm').out).toMatch(/^engine +wasm$/m)
    expect(models('show', stateful, '--tfjs-engine', 'onnxruntime').out).toContain(STATEFUL)
  })
})

test('headrace serve tells engine and reason in its log and its metrics', async () => {
  const args = ['serve', '-m', stateful, '-m', compiled, '-p', '0', '--log-format', 'json', '-w', '1']
  const child = spawn(process.execPath, [MAIN, ...args], { env: env() })
  const said: Record<string, unknown>[] = []
  try {
    for await (const line of createInterface({ input: child.stderr })) {
      said.push(JSON.parse(line))
      if (said.at(-1)?.['url'] !== undefined) break
    }
    // Whether requests are batched may be known by then, or not.
    expect(said.filter(({ reason }) => reason === undefined)).toMatchObject([
      {
        engine: 'wasm',
        engineReason: STATEFUL,
        msg: expect.stringContaining('runs on wasm (not on onnxruntime: '),
      },
      { engine: 'onnxruntime', msg: expect.stringContaining('runs on onnxruntime inline') },
      { url: expect.any(String) },
    ])
    const metrics = await (await fetch(`${said.at(-1)?.['url']}/metrics`)).text()
    expect(metrics).toMatch(/^headrace_model_info\{.*flavor="tfjs",engine="wasm",placement="pool".*\} 1$/m)
    expect(metrics).toContain(`engine="wasm",reason="${STATEFUL}"} 1`)
    expect(metrics.match(/^headrace_model_engine_fallback_info\{/gm)).toHaveLength(1)
  } finally {
    child.kill('SIGKILL')
  }
})
