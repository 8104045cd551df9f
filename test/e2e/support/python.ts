import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const execute = promisify(execFile)

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
export async function python(source: string, options: PythonOptions = {}): Promise<string> {
  const { stdout } = await execute(pythonPath(), ['-c', source, ...(options.args ?? [])], {
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
    maxBuffer: 64 * 1024 * 1024,
  })
  return stdout
}
