/**
 * `npm start`: registers the bundled models in ./mlflow.db, those that are not there yet, and serves
 * models:/iris@champion. Arguments go on to `headrace serve`; with a --model-uri of their own that one is served.
 */
import { globSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { run } from '../src/cli/program.ts'

process.chdir(fileURLToPath(new URL('..', import.meta.url)))
delete process.env['MLFLOW_REGISTRY_URI']
process.env['MLFLOW_TRACKING_URI'] = 'sqlite:///mlflow.db'

/** Of two versions the first is the challenger. */
const CHALLENGERS: ReadonlySet<string> = new Set(['iris/1'])

for (const file of globSync('models/*/*/MLmodel').sort()) {
  const [, name = '', version = ''] = file.split('/')
  const alias = CHALLENGERS.has(`${name}/${version}`) ? 'challenger' : 'champion'
  await run(['models', 'register', `models/${name}/${version}`, '-n', name, '-a', alias, '--if-absent'])
  if (process.exitCode) process.exit()
}

const args = process.argv.slice(2)
const named = args.some((arg) => arg === '-m' || arg.startsWith('--model-uri'))
await run(['serve', '--log-format', 'text', ...(named ? [] : ['-m', 'models:/iris@champion']), ...args])
