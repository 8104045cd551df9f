import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { OutcomeArtifacts } from '../../../../../../src/cli/commands/serve/rollouts/history/outcome-artifacts.ts'
import { LocalTrees } from '../../../../../../src/cli/tracking/local-trees.ts'
import { StoreTransport } from '../../../../../../src/cli/tracking/store-transport.ts'
import type { ArtifactTree, ArtifactTrees } from '../../../../../../src/client/artifacts/artifact-tree.ts'
import { MlflowClient } from '../../../../../../src/client/mlflow-client.ts'
import { openStores } from '../../../../../../src/store/open-stores.ts'
import { temporaryFolder } from '../../../../../fixtures/temporary-folder.ts'

/** Trees of a place whose listings say no sizes. */
class UnsizedTrees implements ArtifactTrees {
  readonly #trees: ArtifactTrees

  constructor(trees: ArtifactTrees) {
    this.#trees = trees
  }

  open(uri: string): ArtifactTree {
    const tree = this.#trees.open(uri)
    return {
      list: async (folder, call) =>
        (await tree.list(folder, call)).map((file) => ({ ...file, fileSize: undefined })),
      read: (path, call) => tree.read(path, call),
      write: (path, content, call) => tree.write(path, content, call),
      remove: (path, call) => tree.remove(path, call),
    }
  }
}

let folder: string
let client: MlflowClient

beforeEach(() => {
  folder = temporaryFolder()
  const databaseUri = 'sqlite:///mlflow.db'
  const transport = new StoreTransport(databaseUri, openStores({ databaseUri, folder, access: 'write' }))
  const trees = new LocalTrees({ artifactRoot: join(folder, 'mlartifacts'), folders: [folder] })
  client = new MlflowClient({}, { transport, trees: new UnsizedTrees(trees) })
})

afterEach(() => client.close())

test('files that grow are fetched again, though nobody says how large they are', async () => {
  const [one = '', two = ''] = ['one', 'two'].map((name) => join(folder, name))
  for (const place of [one, two]) mkdirSync(place)
  const { info } = await client.createRun(await client.createExperiment('rollouts'))
  const [from, to] = [new OutcomeArtifacts(client, one), new OutcomeArtifacts(client, two)]
  for (const text of ['first\n', 'first\nsecond\n']) {
    writeFileSync(join(one, 'host-1-abc.jsonl'), text)
    await from.upload(info.runId)
    await to.fetch(info.runId)
    expect(readFileSync(join(two, 'host-1-abc.copy.jsonl'), 'utf8')).toBe(text)
  }
})
