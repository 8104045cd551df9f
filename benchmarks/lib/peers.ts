import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { pinning } from '../contest/pinning.ts'
import { pythonPath } from './python.ts'
import type { ServerPlan } from './server.ts'

export const ROOT = fileURLToPath(new URL('../../', import.meta.url))
export const MODELS = join(ROOT, 'benchmarks/models')

/** On four cores servers get `0-2`, the load generator `3`; on two there is one for each. */
export const { serverCpus: SERVER_CPUS, loadCpus: LOAD_CPUS } = pinning()

/** Builds and packs the package and installs it in an empty folder, as a user would. @returns that folder. */
export function packedInstall(): string {
  const folder = mkdtempSync(join(tmpdir(), 'headrace-packed-'))
  const quiet = { stdio: ['ignore', 'ignore', 'inherit'] as ['ignore', 'ignore', 'inherit'] }
  execFileSync('npm', ['run', '--silent', 'build'], { cwd: ROOT, ...quiet })
  execFileSync('npm', ['pack', '--silent', '--pack-destination', folder], { cwd: ROOT, ...quiet })
  execFileSync('npm', ['init', '-y'], { cwd: folder, ...quiet })
  const tarball = `headrace-${packageVersion()}.tgz`
  execFileSync('npm', ['install', '--silent', '--ignore-scripts', `./${tarball}`], { cwd: folder, ...quiet })
  return folder
}

function packageVersion(): string {
  return (JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string }).version
}

interface Request {
  readonly port: number
  readonly body: string
  readonly cwd?: string
}

/**
 * @param install where it is installed; undefined for the sources of this clone, which is enough to try a study.
 * Options of Node may come before the program.
 */
export function headrace(
  install: string | undefined,
  args: readonly string[],
  request: Request & { readonly node?: readonly string[] },
): ServerPlan {
  const packed = 'node_modules/headrace/dist/main.js'
  const main = install === undefined ? join(ROOT, 'src/cli/main.ts') : join(install, packed)
  const { node = [], ...rest } = request
  return {
    name: 'headrace',
    command: [process.execPath, ...node, main, 'serve', ...args, '--port', String(request.port)],
    path: '/invocations',
    cpus: SERVER_CPUS,
    ...rest,
  }
}

export function mlflow(args: readonly string[], request: Request): ServerPlan {
  const command = [pythonPath(), '-m', 'mlflow', 'models', 'serve', '--env-manager', 'local', ...args]
  return {
    name: 'mlflow',
    command: [...command, '--port', String(request.port)],
    path: '/invocations',
    cpus: SERVER_CPUS,
    env: { PATH: `${dirname(pythonPath())}:${process.env['PATH']}` },
    ...request,
  }
}

/** `node:http` that parses and answers JSON and does nothing else: what the runtime itself costs. */
export function echo(request: Request): ServerPlan {
  return {
    name: 'node:http echo',
    command: [process.execPath, join(ROOT, 'benchmarks/peers/node-echo/server.ts'), String(request.port)],
    path: '/',
    cpus: SERVER_CPUS,
    ...request,
  }
}
