/**
 * How many calls a second do the engines for TF.js models answer, on one core? A perceptron, a small convolutional
 * network, MobileNet and ResNet-18, with 1 row and with 32: compiled to ONNX, by TF.js's wasm backend, by tfjs-node
 * (where HEADRACE_TFJS_NODE names an npm project with it), and as an exporter writes the same network natively to ONNX.
 * Targets: compiled 2.5 times wasm each, 4 times tfjs-node on the two small ones, 0.95 times native.
 * With `--quick`, once and shortly, to see that it works.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { measuredRun } from '../lib/measured-run.ts'
import { LOAD_CPUS, ROOT } from '../lib/peers.ts'
import { keep, machine, median } from '../lib/report.ts'
import { exportNatively, makeTfjsModels } from '../lib/tfjs-models.ts'
import type { LoopEngine, LoopPlan, LoopResult } from '../peers/tfjs-engine-loop.ts'

const QUICK = process.argv.includes('--quick')
const ROUNDS = QUICK ? 1 : 3
const SECONDS = QUICK ? 0.3 : 2
const NETWORKS = ['perceptron', 'small-convolution', 'mobilenet', 'resnet-18']
const BATCHES = QUICK ? [1] : [1, 32]
const ENGINES: readonly LoopEngine[] = ['compiled', 'native', 'wasm', 'tfjs-node']
const engines = ENGINES.filter(
  (engine) => engine !== 'tfjs-node' || process.env['HEADRACE_TFJS_NODE'] !== undefined,
)

const folder = mkdtempSync(join(tmpdir(), 'headrace-tfjs-'))

async function one(plan: LoopPlan): Promise<LoopResult> {
  const loop = join(ROOT, 'benchmarks/peers/tfjs-engine-loop.ts')
  // One thread on one core: what TensorFlow would start beside it has to share that core.
  const command = ['taskset', '-c', LOAD_CPUS, process.execPath, loop, JSON.stringify(plan)]
  const env = { TF_NUM_INTRAOP_THREADS: '1', TF_NUM_INTEROP_THREADS: '1', TF_CPP_MIN_LOG_LEVEL: '2' }
  const { output } = await measuredRun({ name: `${plan.engine} ${plan.folder}`, command, env })
  return JSON.parse(output.trim().split('\n').at(-1) ?? '') as LoopResult
}

interface Measured {
  readonly network: string
  readonly rows: number
  readonly rounds: Readonly<Record<string, readonly Rates[]>>
}

type Rates = Pick<LoopResult, 'callsPerSecond' | 'callsPerCpuSecond'>

/** Each engine in a process of its own each round, the order reversed every time. */
async function measure(network: string, rows: number): Promise<Measured> {
  const rounds: Record<string, Rates[]> = Object.fromEntries(engines.map((engine) => [engine, []]))
  const answers: LoopResult['answer'][] = []
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const engine of round % 2 === 0 ? engines : [...engines].reverse()) {
      const { answer, ...rates } = await one({
        ...{ engine, folder: join(folder, network), rows, seconds: SECONDS },
      })
      rounds[engine]?.push(rates)
      answers.push(answer)
    }
  }
  for (const answer of answers) checkSame(answers[0] ?? [], answer, network)
  return { network, rows, rounds }
}

function checkSame(expected: readonly number[], actual: readonly number[], network: string): void {
  const largest = Math.max(...expected.map(Math.abs))
  const isSame = expected.every((value, index) => Math.abs(value - actual[index]!) < 1e-3 * largest)
  if (!isSame) throw new Error(`${network} is computed differently: ${expected} and ${actual}`)
}

/** Of the processor's time: on a quiet machine the same as of the clock's. */
function summaryOf({ network, rows, rounds }: Measured) {
  const rate = (engine: LoopEngine): number =>
    median((rounds[engine] ?? []).map(({ callsPerCpuSecond }) => callsPerCpuSecond))
  const others = engines.filter((engine) => engine !== 'compiled')
  return {
    network,
    rows,
    ...Object.fromEntries(engines.map((engine) => [engine, Number(rate(engine).toPrecision(4))])),
    ...Object.fromEntries(
      others.map((engine) => [`of ${engine}`, Number((rate('compiled') / rate(engine)).toPrecision(3))]),
    ),
  }
}

const measured: Measured[] = []
try {
  makeTfjsModels(folder, NETWORKS)
  exportNatively(folder, NETWORKS)
  for (const network of NETWORKS) for (const rows of BATCHES) measured.push(await measure(network, rows))
} finally {
  rmSync(folder, { recursive: true, force: true })
}

const summary = measured.map(summaryOf)
console.log(machine())
console.table(summary)
if (!QUICK) keep('tfjs', { seconds: SECONDS, unit: 'calls a second of processor time', summary, measured })
