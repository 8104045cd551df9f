import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { freePort } from '../../fixtures/free-port.ts'
import { answers } from './answers.ts'

/** Made by the interpreter that loads it: pickles are for one version of their library. */
const TRAIN = `
import joblib, sys
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression
rows, classes = load_iris(return_X_y=True)
joblib.dump(LogisticRegression(max_iter=500).fit(rows, classes), sys.argv[1])
`

/** The interpreter with `test/e2e/requirements-mlserver.txt`; a suite that needs it fails without it. */
function mlserverPython(): string {
  const path = process.env['HEADRACE_TEST_MLSERVER_PYTHON']
  if (path !== undefined) return path
  throw new Error(
    'HEADRACE_TEST_MLSERVER_PYTHON must name a Python with test/e2e/requirements-mlserver.txt installed',
  )
}

/** A real MLServer with a model of scikit-learn, which describes none of its inputs. */
export class MlserverProcess {
  readonly url: string
  /** `grpc://host:port` */
  readonly grpc: string
  readonly #child: ChildProcess

  private constructor(child: ChildProcess, ports: { readonly http: number; readonly grpc: number }) {
    this.#child = child
    this.url = `http://127.0.0.1:${ports.http}`
    this.grpc = `grpc://127.0.0.1:${ports.grpc}`
  }

  /** @param folder an empty one, for its model and settings */
  static async start(folder: string): Promise<MlserverProcess> {
    const python = mlserverPython()
    const file = join(folder, 'model.joblib')
    execFileSync(python, ['-c', TRAIN, file])
    const ports = { http: await freePort(), grpc: await freePort() }
    const settings = { host: '127.0.0.1', http_port: ports.http, grpc_port: ports.grpc }
    const rest = { metrics_port: await freePort(), parallel_workers: 0 }
    writeFileSync(join(folder, 'settings.json'), JSON.stringify({ ...settings, ...rest }))
    mkdirSync(join(folder, 'iris'))
    const implementation = 'mlserver_sklearn.SKLearnModel'
    const model = { name: 'iris', implementation, parameters: { uri: file } }
    writeFileSync(join(folder, 'iris/model-settings.json'), JSON.stringify(model))
    const child = spawn(python, ['-m', 'mlserver.cli.main', 'start', folder], { stdio: 'ignore' })
    const server = new MlserverProcess(child, ports)
    try {
      await answers(`${server.url}/v2/models/iris/ready`, () => child.exitCode === null)
      return server
    } catch (error) {
      await server.stop()
      throw new Error('MLServer did not start', { cause: error })
    }
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    const ended = once(this.#child, 'exit')
    this.#child.kill('SIGKILL')
    await ended
  }
}
