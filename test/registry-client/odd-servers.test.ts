import { afterEach, expect, test } from 'vitest'
import type { ModelResolver } from '../../src/registry-client/model-resolver.ts'
import { type Endpoints, startFakeMlflow } from '../client/support/fake-mlflow.ts'
import { sendJson, startWebServer } from '../client/support/web-server.ts'
import { temporaryFolder } from '../fixtures/temporary-folder.ts'
import { clientOf } from './fixtures/model-folder.ts'

const clients: ModelResolver[] = []

afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.close()))
})

/** A client whose registry and tracking store the server is. */
function clientOfServer(url: string): ModelResolver {
  const folder = temporaryFolder()
  const location = { uri: url, folder }
  const locations = { registry: location, tracking: location }
  const made = clientOf(folder, { locations, access: { maxRetries: 0 } })
  clients.push(made)
  return made
}

const VERSIONS = 'GET /api/2.0/mlflow/model-versions'

/** Endpoints of a registry with one version, whose files are at this URI. */
function oneVersion(artifactUri: string): Endpoints {
  return {
    [`${VERSIONS}/get`]: ({ name, version }) => ({ model_version: { name, version } }),
    [`${VERSIONS}/get-download-uri`]: () => ({ artifact_uri: artifactUri }),
  }
}

test.for(['', ' '])(
  'a version with its files at %j has none, and not those of the working folder',
  async (uri) => {
    const { url } = await startFakeMlflow(oneVersion(uri))
    await expect(clientOfServer(url).resolve('models:/iris/1')).rejects.toMatchObject({
      code: 'INVALID_PARAMETER_VALUE',
      message: "Version 1 of model 'iris' has no files: its location is empty",
    })
  },
)

test('a circle of locations ends', async () => {
  const { url } = await startFakeMlflow(oneVersion('models:/iris/1'))
  await expect(clientOfServer(url).resolve('models:/iris/1')).rejects.toThrow(/leads on and on/)
})

test('what is not there is told, though what is there instead may not be seen', async () => {
  const { url } = await startWebServer(({ path }, response) => {
    if (path.endsWith('/search')) return sendJson(response, { message: 'Not yours' }, 403)
    sendJson(response, { error_code: 'RESOURCE_DOES_NOT_EXIST', message: 'No version 7' }, 404)
  })
  await expect(clientOfServer(url).resolve('models:/iris/7')).rejects.toMatchObject({
    code: 'RESOURCE_DOES_NOT_EXIST',
    message: 'No version 7',
  })
})
