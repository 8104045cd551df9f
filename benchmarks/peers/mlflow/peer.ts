import { existsSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Peer, PeerStart } from '../../contest/peer.ts'
import { pythonEnvironment } from '../python-environment.ts'
import { installVenv, missingVenv, packageVersions, venvPython } from '../venv.ts'

const NAME = 'mlflow'
const DIALECTS = { json: 'mlflow', binary: undefined, csv: 'csv' } as const
const PACKAGES = ['mlflow', 'fastapi', 'uvicorn', 'uvloop', 'httptools', 'pandas', 'numpy', 'onnxruntime']

/** What its uvicorn runs on where only MLflow is installed: with several workers no reply takes less than some 44 ms there. */
const AS_INSTALLED = { UVICORN_LOOP: 'asyncio', UVICORN_HTTP: 'h11' }
const UVLOOP = { UVICORN_LOOP: 'uvloop', UVICORN_HTTP: 'httptools' }

export const PEER: Peer = {
  name: NAME,
  title: 'mlflow models serve',
  kind: 'server',
  configs: [
    { name: 'default', about: '1 worker' },
    { name: 'tuned', about: 'a worker more than CPUs' },
    {
      name: 'uvloop',
      about: 'a worker more than CPUs, with uvloop and httptools installed beside it',
      isFastest: true,
    },
  ],
  dialect: (wire) => DIALECTS[wire],
  missing: missingPython,
  install: () => installVenv(NAME),
  launch: (start) => ({
    command: [python(), '-m', 'mlflow', 'models', 'serve', ...flags(start)],
    env: {
      ...pythonEnvironment(NAME, start.workload),
      ...(start.config === 'uvloop' ? UVLOOP : AS_INSTALLED),
      MLFLOW_DISABLE_TELEMETRY: 'true',
      // It starts the program `uvicorn` that it finds first.
      PATH: `${dirname(python())}:${process.env['PATH']}`,
    },
    // It makes a database in the folder where it is.
    cwd: start.folder,
    path: '/invocations',
  }),
  versions: () => packageVersions(python(), PACKAGES),
}

function flags({ config, workload, port, cpus }: PeerStart): readonly string[] {
  const workers = config === 'default' ? 1 : cpus + 1
  return [
    ...['--model-uri', workload.folder, '--env-manager', 'local'],
    ...['--host', '127.0.0.1', '--port', String(port), '--workers', String(workers)],
  ]
}

/** HEADRACE_TEST_PYTHON has MLflow for the end-to-end tests; where it is set, that one takes part. */
function python(): string {
  return process.env['HEADRACE_TEST_PYTHON'] ?? venvPython(NAME)
}

function missingPython(): string | undefined {
  const given = process.env['HEADRACE_TEST_PYTHON']
  if (given === undefined) return missingVenv(NAME)
  return existsSync(given) ? undefined : `HEADRACE_TEST_PYTHON names ${given}, which does not exist`
}
