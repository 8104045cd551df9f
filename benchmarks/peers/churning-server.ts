/**
 * Serves one model. Told `churn`, it loads and unloads others beside it, over and over, until it is told `rest`; it
 * answers both with the number of loads so far. `churning-server.ts <model served> <model loaded>...`
 */
import { basename } from 'node:path'
import { pino } from 'pino'
import { DataPlane } from '../../src/runtime/data-plane.ts'
import { ModelRepository } from '../../src/runtime/model-repository.ts'
import { buildApp } from '../../src/server/app.ts'
import { listen } from '../../src/server/listen.ts'

const [served = '', ...others] = process.argv.slice(2)
const repository = new ModelRepository({
  resolve: async (path) => ({
    ...{ uri: path, canonicalUri: path, name: basename(path), version: undefined, alias: undefined, path },
    origin: { kind: 'local', location: path, registry: undefined },
  }),
  workers: 2,
})
await repository.load(served, 'served')
const logger = pino({ level: 'silent' })
const app = await buildApp({ models: repository, dataPlane: new DataPlane(), logger })
const { url } = await listen(app, { host: '127.0.0.1', port: 0 })

let loads = 0
let churning: Promise<void> | undefined
let stopped = false

process.on('message', (order) => {
  if (order === 'churn') {
    stopped = false
    churning = churn()
    process.send?.(loads)
    return
  }
  stopped = true
  void churning?.then(() => process.send?.(loads))
})
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'))
process.send?.(url)

async function churn(): Promise<void> {
  while (!stopped) {
    for (const model of others) {
      await repository.load(model, 'other')
      await repository.unload('other')
      loads += 1
    }
  }
}
