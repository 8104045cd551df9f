import { expect, test } from 'vitest'
import { MlflowClient } from '../../../src/client/index.ts'
import { sendJson, startWebServer } from '../support/web-server.ts'

async function versionOf(answer: object) {
  const server = await startWebServer((_, response) =>
    sendJson(response, { model_version: { name: 'iris', version: '1', ...answer } }),
  )
  return new MlflowClient({ trackingUri: server.url, maxRetries: 0 }).getModelVersion('iris', 1)
}

test('a version has what the registry tells of its logged model', async () => {
  const read = await versionOf({
    model_id: 'm-1',
    model_params: [{ name: 'depth', value: '3' }],
    model_metrics: [{ key: 'rmse', value: 'NaN', timestamp: '12', step: 4, dataset_name: 'flowers' }],
  })
  expect(read).toMatchObject({
    modelId: 'm-1',
    params: [{ key: 'depth', value: '3' }],
    metrics: [{ key: 'rmse', value: Number.NaN, timestamp: 12, step: 4, datasetName: 'flowers' }],
  })
})

test('a version of a registry that tells nothing of it has no params and metrics', async () => {
  expect(await versionOf({})).toMatchObject({ modelId: undefined, params: [], metrics: [] })
})
