/**
 * How many rows a second does a file get predicted? 2 million rows of 30 columns through models/breast-cancer, a
 * forest: `headrace predict` from and to CSV, to JSON, from and to parquet; `mlflow models predict` on a tenth of the
 * same CSV; and the bare onnxruntime-node on rows that lie in memory. All on the same cores, from start to exit.
 * Targets: 4 times mlflow, half of the bare engine, 250 MB.
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { type MeasuredRun, measuredRun, type RunPlan } from '../lib/measured-run.ts'
import { packedInstall, ROOT } from '../lib/peers.ts'
import { pythonPath } from '../lib/python.ts'
import { keep, machine, median } from '../lib/report.ts'

const ROWS = Number(process.env['BENCH_ROWS'] ?? 2_000_000)
const ROUNDS = 3
/** Rows of a batch of the bare engine; of these sizes the best one counts. */
const ENGINE_BATCHES = [1000, 4000]
const ENGINE_SECONDS = 4

const model = join(ROOT, 'models/breast-cancer/1')
const folder = mkdtempSync(join(tmpdir(), 'headrace-predict-'))
const file = (name: string): string => join(folder, name)

/** A run whose rows are known, or which tells its rate itself. */
interface Side extends RunPlan {
  readonly rows?: number
}

function headrace(main: string, input: string, output: string): Side {
  const command = [process.execPath, main, 'predict', '-m', model, '-i', file(input), '-o', file(output)]
  return {
    name: `headrace ${input.split('.')[1]} to ${output.split('.')[1]}`,
    command: [...command, '--no-progress'],
    rows: ROWS,
  }
}

function mlflow(): Side {
  const args = ['-m', 'mlflow', 'models', 'predict', '--env-manager', 'local', '-t', 'csv', '-m', model]
  return {
    name: 'mlflow csv to json',
    command: [pythonPath(), ...args, '-i', file('first.csv'), '-o', file('mlflow.json')],
    env: { PATH: `${dirname(pythonPath())}:${process.env['PATH']}` },
    rows: Math.floor(ROWS / 10),
  }
}

function engine(batchRows: number): Side {
  const loop = join(ROOT, 'benchmarks/peers/raw-onnx-loop.ts')
  const args = [model, file('rows.csv'), availableParallelism(), batchRows, ENGINE_SECONDS].map(String)
  return { name: `onnxruntime-node, ${batchRows} rows`, command: [process.execPath, loop, ...args] }
}

interface Round {
  readonly rowsPerSecond: number
  readonly seconds: number
  readonly peakMb: number
}

function roundOf({ rows }: Side, { seconds, peakBytes, output }: MeasuredRun): Round {
  const rowsPerSecond = rows === undefined ? Number(output) : rows / seconds
  return { rowsPerSecond, seconds, peakMb: peakBytes / 1e6 }
}

const rounds = new Map<string, Round[]>()
try {
  const script = join(ROOT, 'benchmarks/data/breast_cancer_rows.py')
  execFileSync(pythonPath(), [script, folder, String(ROWS)], { stdio: 'inherit' })
  const main = join(packedInstall(), 'node_modules/headrace/dist/main.js')
  const sides: readonly Side[] = [
    headrace(main, 'rows.csv', 'out.csv'),
    headrace(main, 'rows.csv', 'out.json'),
    headrace(main, 'rows.parquet', 'out.parquet'),
    ...ENGINE_BATCHES.map(engine),
    mlflow(),
  ]
  for (let round = 0; round < ROUNDS; round++) {
    for (const side of round % 2 === 0 ? sides : [...sides].reverse()) {
      const result = roundOf(side, await measuredRun(side))
      rounds.set(side.name, [...(rounds.get(side.name) ?? []), result])
    }
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}

const summary = [...rounds].map(([name, results]) => ({
  name,
  rowsPerSecond: Math.round(median(results.map(({ rowsPerSecond }) => rowsPerSecond))),
  peakMb: Math.round(median(results.map(({ peakMb }) => peakMb))),
}))
const rateOf = (part: string): number => {
  return Math.max(
    ...summary.filter(({ name }) => name.includes(part)).map(({ rowsPerSecond }) => rowsPerSecond),
  )
}
const csv = rateOf('headrace csv to csv')
const ratios = {
  ofMlflow: rateOf('headrace csv to json') / rateOf('mlflow'),
  ofEngine: csv / rateOf('onnxruntime-node'),
}
console.log(machine())
console.table(summary)
console.log(
  `headrace / mlflow ${ratios.ofMlflow.toFixed(1)}, csv to csv / bare engine ${ratios.ofEngine.toFixed(2)}`,
)
keep('predict-trees', { rows: ROWS, ...ratios, summary, rounds: Object.fromEntries(rounds) })
