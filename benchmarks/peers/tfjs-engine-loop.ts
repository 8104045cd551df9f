/**
 * How many calls a second one engine answers, on one thread: runs a model over and over on one batch that lies in memory,
 * tensors made and outputs taken each time. The argument is a `LoopPlan` in JSON, what it prints a `LoopResult`.
 */
import { readFileSync } from 'node:fs'
import { registerHooks } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Predictor } from '../../src/core/predictor.ts'
import type { Tensor, TensorMap } from '../../src/core/tensor.ts'
import { openWrittenModel } from '../../src/flavors/onnx/open-written-model.ts'
import { readArtifacts } from '../../src/flavors/tfjs/artifacts/read-artifacts.ts'
import { compileModel } from '../../src/flavors/tfjs/compile/compile.ts'
import { openTfjs } from '../../src/flavors/tfjs/engines/open-tfjs.ts'
import { randomInputs } from '../../test/fixtures/tfjs/architectures/random-inputs.ts'

/** `native` is the ONNX file beside the model's folder; the others are engines of Headrace. */
export type LoopEngine = 'compiled' | 'native' | 'wasm' | 'tfjs-node'

export interface LoopPlan {
  readonly engine: LoopEngine
  /** Of a layers model. */
  readonly folder: string
  readonly rows: number
  readonly seconds: number
}

export interface LoopResult {
  readonly callsPerSecond: number
  /** The same of the processor's time, which other programs on the machine do not take away. */
  readonly callsPerCpuSecond: number
  /** The first values of the first output, by which engines are seen to compute the same. */
  readonly answer: readonly number[]
}

const WARM_UP_SECONDS = 0.5
const FEWEST_CALLS = 3

const plan = JSON.parse(process.argv[2] ?? '') as LoopPlan
const predictor = await open(plan)
const inputs = inputsOf(predictor, plan.rows)
await runs(predictor, inputs, Math.min(WARM_UP_SECONDS, plan.seconds))
console.log(JSON.stringify(await runs(predictor, inputs, plan.seconds)))
await predictor.close()

async function open({ engine, folder }: LoopPlan): Promise<Predictor> {
  if (engine === 'native') {
    return openWrittenModel({ bytes: new Uint8Array(readFileSync(`${folder}.onnx`)) }, { intraOpThreads: 1 })
  }
  const artifacts = await readArtifacts(folder, 'model.json')
  if (engine === 'compiled') {
    const { chunks } = await compileModel(artifacts)
    return openWrittenModel({ bytes: new Uint8Array(Buffer.concat(chunks)) }, { intraOpThreads: 1 })
  }
  if (engine === 'tfjs-node') findTfjsNode()
  return openTfjs(artifacts, engine)
}

/** It is no dependency: HEADRACE_TFJS_NODE names an npm project that has it. */
function findTfjsNode(): void {
  const project = process.env['HEADRACE_TFJS_NODE']
  if (project === undefined)
    throw new Error('HEADRACE_TFJS_NODE must name a folder with @tensorflow/tfjs-node')
  const parentURL = pathToFileURL(join(project, 'package.json')).href
  registerHooks({
    resolve: (specifier, context, next) =>
      next(specifier, specifier === '@tensorflow/tfjs-node' ? { ...context, parentURL } : context),
  })
}

/** The same images for all engines; a native model takes them with their channels first. */
function inputsOf({ inputs }: Predictor, rows: number): TensorMap {
  const [input] = inputs
  if (input === undefined || inputs.length > 1) throw new Error('Networks of one input alone are known')
  const [batch = -1, ...sizes] = input.shape
  const isNative = plan.engine === 'native' && sizes.length === 3
  const shape = isNative ? [batch, ...sizes.slice(1), sizes[0]!] : input.shape
  const made = randomInputs({}, [{ ...input, shape }], { rows, seed: 1 })
  return isNative ? new Map([[input.name, channelsFirst(made.get(input.name)!)]]) : made
}

function channelsFirst(tensor: Tensor): Tensor {
  const [rows = 0, height = 0, width = 0, channels = 0] = tensor.shape
  if (tensor.datatype !== 'FP32') throw new Error('Images are floats')
  const data = new Float32Array(tensor.data.length)
  const pixels = height * width
  for (const [index, value] of tensor.data.entries()) {
    const pixel = Math.floor(index / channels)
    const row = Math.floor(pixel / pixels)
    data[(row * channels + (index % channels)) * pixels + (pixel % pixels)] = value
  }
  return { datatype: 'FP32', shape: [rows, channels, height, width], data }
}

async function runs(predictor: Predictor, inputs: TensorMap, seconds: number): Promise<LoopResult> {
  const start = performance.now()
  const cpuStart = process.cpuUsage()
  let answer: readonly number[] = []
  let calls = 0
  while (calls < FEWEST_CALLS || performance.now() - start < seconds * 1000) {
    const [output] = (await predictor.predict(inputs)).values()
    if (calls === 0) answer = [...(output?.data ?? [])].slice(0, 8).map(Number)
    calls += 1
  }
  const { user, system } = process.cpuUsage(cpuStart)
  return {
    callsPerSecond: (calls / (performance.now() - start)) * 1e3,
    callsPerCpuSecond: (calls / (user + system)) * 1e6,
    answer,
  }
}
