import { execFile } from 'node:child_process'
import { delimiter, dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { temporaryFolder } from '../../fixtures/temporary-folder.ts'
import { ROOT } from './headrace-process.ts'
import { pythonPath } from './python.ts'

const executeFile = promisify(execFile)
const CLIENTS = join(ROOT, 'test/e2e/clients')

/** What a client saw: a label, and what belongs to it. */
export type Observations = readonly (readonly [label: string, value: unknown])[]

/** Runs a script of clients/python against a server. */
export async function observePython(
  script: string,
  url: string,
  interpreter = pythonPath(),
): Promise<Observations> {
  const output = await run(interpreter, [join(CLIENTS, 'python', `${script}.py`), url], url)
  return JSON.parse(output.trim().split('\n').at(-1) ?? '') as Observations
}

/** The interpreter with `test/e2e/requirements-oldest-client.txt`. */
export function oldestClientPython(): string {
  return required('HEADRACE_TEST_OLDEST_CLIENT_PYTHON', 'a Python with requirements-oldest-client.txt')
}

/** Runs the program of clients/java, with the jars of the folder that HEADRACE_TEST_JAVA_CLIENT names. */
export async function observeJava(url: string): Promise<Observations> {
  const jars = required('HEADRACE_TEST_JAVA_CLIENT', 'a folder with the jars of clients/java/pom.xml')
  const output = await run('java', ['-cp', `${jars}/*`, join(CLIENTS, 'java/Observe.java'), url], url)
  return output
    .trim()
    .split('\n')
    .map((line) => [line.split(': ', 1)[0] ?? '', withoutIdentifiers(line)])
}

/** Runs a command of MLflow's command line. */
export async function mlflowCommand(
  url: string,
  folder: string,
  ...args: readonly string[]
): Promise<string> {
  return run(pythonPath(), ['-m', 'mlflow', ...args], url, folder)
}

/** Of a text, what is made up anew each time. */
export function withoutIdentifiers(text: string): string {
  return text
    .replace(/(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])/g, '<id>')
    .replace(/\b1[789]\d{11}\b/g, '<time>')
    .replace(/http:\/\/127\.0\.0\.1:\d+/g, '<server>')
}

async function run(
  program: string,
  args: readonly string[],
  url: string,
  folder = temporaryFolder(),
): Promise<string> {
  const { stdout } = await executeFile(program, [...args], {
    cwd: folder,
    env: {
      ...process.env,
      // The Java client has the `mlflow` of the PATH send its files.
      PATH: `${dirname(pythonPath())}${delimiter}${process.env['PATH']}`,
      ...{ MLFLOW_TRACKING_URI: url, MLFLOW_DISABLE_TELEMETRY: 'true', PYTHONDONTWRITEBYTECODE: '1' },
      // A refusal that is repeated would take minutes.
      ...{ MLFLOW_HTTP_REQUEST_MAX_RETRIES: '1', GIT_PYTHON_REFRESH: 'quiet' },
    },
    maxBuffer: 64 * 1024 * 1024,
  })
  return stdout
}

function required(name: string, what: string): string {
  const value = process.env[name]
  if (value === undefined) throw new Error(`${name} must name ${what}`)
  return value
}
