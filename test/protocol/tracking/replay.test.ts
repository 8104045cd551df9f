import { join } from 'node:path'
import { describe } from 'vitest'
import { HeadraceProcess } from '../../e2e/support/headrace-process.ts'
import { temporaryFolder } from '../../fixtures/temporary-folder.ts'
import { describeReplay, type ReplayedServer } from './support/replay.ts'

describe('recordings of MLflow, replayed on SQLite', () => describeReplay(start))

async function start(): Promise<ReplayedServer> {
  const folder = temporaryFolder()
  const server = new HeadraceProcess({
    args: ['server', '--backend-store-uri', `sqlite:///${join(folder, 'mlflow.db')}`, '-p', '0'],
    cwd: folder,
  })
  return { url: await server.listening(), stop: () => server.stop() }
}
