/**
 * How long from the start of the process to the first prediction, and how much memory is then resident?
 * iris from the embedded registry, packed install. Targets: 400 ms, and 140 MB with one worker.
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { headrace, LOAD_CPUS, mlflow, packedInstall, ROOT } from '../lib/peers.ts'
import { keep, machine, median } from '../lib/report.ts'
import { Server, type ServerPlan } from '../lib/server.ts'

const ROUNDS = 9
const columns = ['sepal length (cm)', 'sepal width (cm)', 'petal length (cm)', 'petal width (cm)']
const body = JSON.stringify({ dataframe_split: { columns, data: [[5.1, 3.5, 1.4, 0.2]] } })

const install = packedInstall()
const cwd = mkdtempSync(join(tmpdir(), 'headrace-start-'))
const main = join(install, 'node_modules/headrace/dist/main.js')
const register = ['models', 'register', join(ROOT, 'models/iris/2'), '-n', 'iris', '--alias', 'champion']
execFileSync(process.execPath, [main, ...register], { cwd, stdio: ['ignore', 'ignore', 'inherit'] })

const model = ['-m', 'models:/iris@champion']
const pooled = headrace(install, [...model, '--placement', 'pool', '--workers', '1'], {
  port: 25_021,
  body,
  cwd,
})
const withMlflow = mlflow(model, { port: 25_022, body, cwd })
const plans: readonly ServerPlan[] = [
  headrace(install, model, { port: 25_020, body, cwd }),
  { ...pooled, name: 'headrace, one worker' },
  { ...withMlflow, env: { ...withMlflow.env, MLFLOW_TRACKING_URI: 'sqlite:///mlflow.db' } },
]

// Polling must not take the server's cores.
execFileSync('taskset', ['-a', '-p', '-c', LOAD_CPUS, String(process.pid)], { stdio: 'ignore' })

const rounds = new Map<string, { startMs: number; residentMb: number }[]>(plans.map(({ name }) => [name, []]))
for (let round = 0; round < ROUNDS; round++) {
  for (const plan of round % 2 === 0 ? plans : [...plans].reverse()) {
    const server = new Server(plan)
    try {
      const startMs = await server.firstPrediction()
      rounds.get(plan.name)?.push({ startMs, residentMb: server.residentBytes() / 1e6 })
    } finally {
      await server.stop()
    }
  }
}

const summary = [...rounds].map(([name, results]) => ({
  name,
  'start ms': Math.round(median(results.map(({ startMs }) => startMs))),
  'resident MB': Math.round(median(results.map(({ residentMb }) => residentMb))),
}))
console.log(machine())
console.table(summary)
keep('start', { summary, rounds: Object.fromEntries(rounds) })
