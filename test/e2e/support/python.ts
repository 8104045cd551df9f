import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { ROOT } from './headrace-process.ts'

const executeFile = promisify(execFile)

/** The interpreter with `test/e2e/requirements.txt`; a suite that needs it fails without it. */
export function pythonPath(): string {
  const path = process.env['HEADRACE_TEST_PYTHON']
  if (path === undefined) {
    throw new Error('HEADRACE_TEST_PYTHON must name a Python with test/e2e/requirements.txt installed')
  }
  return path
}

export interface PythonOptions {
  readonly args?: readonly string[]
  readonly cwd?: string
  readonly env?: NodeJS.ProcessEnv
}

/** Runs a program text in the real Python environment. @returns what it printed. */
export function python(source: string, options: PythonOptions = {}): Promise<string> {
  return execute(['-c', source], options)
}

/** Runs a program of this folder. @returns the JSON of the last line that it printed. */
export async function pythonProgram(name: string, options: PythonOptions = {}): Promise<unknown> {
  const output = await execute([`${ROOT}test/e2e/support/${name}`], options)
  return JSON.parse(output.trim().split('\n').at(-1) ?? '')
}

async function execute(first: readonly string[], options: PythonOptions): Promise<string> {
  const { stdout } = await executeFile(pythonPath(), [...first, ...(options.args ?? [])], {
    cwd: options.cwd,
    env: { ...process.env, MLFLOW_DISABLE_TELEMETRY: 'true', ...options.env },
    maxBuffer: 64 * 1024 * 1024,
  })
  return stdout
}
