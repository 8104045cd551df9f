import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { ROOT } from './headrace-process.ts'
import { pythonPath } from './python.ts'

const execute = promisify(execFile)

/** What `train.py` left on a tracking server. */
export interface Trained {
  /** Registered, with the versions 1 to 4, the aliases `challenger` (1) and `champion` (2), Staging (1), Production (3). */
  readonly name: string
  /** Registered, with characters that URLs mind, and the alias `größer`. */
  readonly oddName: string
  /** Among the files of the plain run's model. */
  readonly oddFile: string
  /** Of the first two versions, whose logged models are called `name`. */
  readonly runs: readonly [string, string]
  readonly models: readonly [string, string]
  /** A run with a model among its artifacts: version 4. */
  readonly plainRun: string
  readonly plainPath: string
  readonly experiment: string
  readonly example: { readonly columns: readonly string[]; readonly data: readonly (readonly number[])[] }
  /** What each version answers to the example in Python. Version 3 is the model of version 1. */
  readonly answers: readonly unknown[]
}

/** Trains models in Python and leaves them on a tracking server. */
export async function train(trackingUri: string): Promise<Trained> {
  return JSON.parse(await program('train.py', [trackingUri])) as Trained
}

/** Registers model folders by name on a tracking server, each as one more version with the alias `champion`. */
export async function registerFolders(
  trackingUri: string,
  folders: readonly (readonly [name: string, folder: string])[],
  env: NodeJS.ProcessEnv = {},
): Promise<readonly string[]> {
  const pairs = folders.map(([name, folder]) => `${name}=${folder}`)
  return JSON.parse(await program('register.py', [trackingUri, ...pairs], env)) as string[]
}

/** @returns the last line that a program of this folder printed. */
async function program(name: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<string> {
  const { stdout } = await execute(pythonPath(), [`${ROOT}test/e2e/support/${name}`, ...args], {
    env: { ...process.env, MLFLOW_DISABLE_TELEMETRY: 'true', ...env },
    maxBuffer: 64 * 1024 * 1024,
  })
  return stdout.trim().split('\n').at(-1) ?? ''
}
