import { dirname, join } from 'node:path'
import { venvPython } from '../peers/venv.ts'
import { ROOT, SERVER_CPUS } from './peers.ts'
import type { ServerPlan } from './server.ts'

/** `headrace server` on a new SQLite file in a folder. @param install where it is installed; undefined for the sources. */
export function headraceTracking(install: string | undefined, port: number, cwd: string): ServerPlan {
  const packed = 'node_modules/headrace/dist/main.js'
  const main = install === undefined ? join(ROOT, 'src/cli/main.ts') : join(install, packed)
  const command = [process.execPath, main, 'server', ...store(port)]
  return { name: 'headrace', command, port, cwd, cpus: SERVER_CPUS, path: '/health', body: '' }
}

/** `mlflow server` with the four workers that it has when nothing is said, of the tests' Python or the benchmarks'. */
export function mlflowTracking(port: number, cwd: string): ServerPlan {
  const python = process.env['HEADRACE_TEST_PYTHON'] ?? venvPython('mlflow')
  const command = [python, '-m', 'mlflow', 'server', ...store(port), '--workers', '4']
  const env = {
    PATH: `${dirname(python)}:${process.env['PATH']}`,
    MLFLOW_DISABLE_TELEMETRY: 'true',
    // Its job queue is seven more processes that nothing here asks for.
    MLFLOW_SERVER_ENABLE_JOB_EXECUTION: 'false',
  }
  return { name: 'mlflow', command, port, cwd, cpus: SERVER_CPUS, path: '/health', body: '', env }
}

function store(port: number): readonly string[] {
  return [
    ...['--backend-store-uri', 'sqlite:///mlflow.db', '--artifacts-destination', './mlartifacts'],
    ...['--host', '127.0.0.1', '--port', String(port)],
  ]
}
