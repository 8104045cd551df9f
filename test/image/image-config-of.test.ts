import { expect, test } from 'vitest'
import { planOf } from '../../src/cli/model-settings.ts'
import { configOf } from '../../src/image/image-config-of.ts'

const PLATFORM = 'linux/amd64'
const VERSION = '0.1.0'
const IRIS = { name: 'iris', uri: 'models:/iris/3', version: '3', runId: 'r1', digest: 'sha256:00' }

test('an image serves its model on the port of MLflow images, by nobody in particular', () => {
  const config = configOf({ platform: PLATFORM, version: VERSION, model: IRIS })
  expect(config).toMatchObject({
    user: '1000:1000',
    entrypoint: ['/usr/local/bin/node', '/opt/headrace/main.js'],
    command: ['serve'],
    ports: [8080],
    environment: {
      ...{ HEADRACE_MODEL_URI: 'iris=/opt/ml/model', MLFLOW_HOST: '0.0.0.0', MLFLOW_PORT: '8080' },
      ORT_DISABLE_TELEMETRY: '1',
    },
  })
})

test('its labels say which model it holds, and nothing that differs from one build to the next', () => {
  const first = configOf({ platform: PLATFORM, version: VERSION, model: IRIS })
  expect(first.labels).toEqual({
    'org.opencontainers.image.title': 'iris',
    'org.opencontainers.image.version': '3',
    'com.amazonaws.sagemaker.capabilities.accept-bind-to-port': 'true',
    'headrace.version': VERSION,
    'headrace.model.name': 'iris',
    'headrace.model.uri': 'models:/iris/3',
    'headrace.model.version': '3',
    'headrace.model.run_id': 'r1',
    'headrace.model.digest': 'sha256:00',
  })
  expect(configOf({ platform: PLATFORM, version: VERSION, model: IRIS })).toEqual(first)
})

test('no label has the password of the place that a model came from', () => {
  const model = { name: 'iris', uri: 'https://me:secret@models.example/iris?token=secret' }
  const { labels } = configOf({ platform: PLATFORM, version: VERSION, model })
  expect(labels['headrace.model.uri']).toBe('https://models.example/iris')
})

test('a model that was named by a path has no label of where it came from', () => {
  const { labels } = configOf({ platform: PLATFORM, version: VERSION, model: { name: 'iris' } })
  expect(Object.keys(labels).filter((name) => name.startsWith('headrace.model'))).toEqual([
    'headrace.model.name',
  ])
})

test.each([
  [
    { name: 'iris', uri: 'x' },
    { name: 'iris', uri: '/opt/ml/model' },
  ],
  [
    { name: 'iris', uri: 'x', file: 'net.onnx' },
    { name: 'iris', uri: '/opt/ml/model/net.onnx' },
  ],
  [{ name: 'my iris', uri: 'x' }, { uri: '/opt/ml/model' }],
  [{ name: '..', uri: 'x' }, { uri: '/opt/ml/model' }],
])('of %j the server reads %j', (model, plan) => {
  const { environment } = configOf({ platform: PLATFORM, version: VERSION, model })
  expect(planOf(environment['HEADRACE_MODEL_URI'] ?? '')).toEqual(plan)
})

test('an image without a model serves what is mounted, and has no label of any', () => {
  const { environment, labels } = configOf({ platform: PLATFORM, version: VERSION })
  expect(environment['HEADRACE_MODEL_URI']).toBe('/opt/ml/model')
  expect(Object.keys(labels).filter((name) => name.startsWith('headrace.model'))).toEqual([])
})
