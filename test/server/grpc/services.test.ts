import { once } from 'node:events'
import { createRequire } from 'node:module'
import { Client, credentials, status } from '@grpc/grpc-js'
import { loadSync, type MethodDefinition } from '@grpc/proto-loader'
import descriptor from 'protobufjs/ext/descriptor/index.js'
import { describe, expect, onTestFinished, test } from 'vitest'
import { notFound } from '../../../src/core/errors.ts'
import { ControlGuard } from '../../../src/server/control-guard.ts'
import type { LoadRequest, ModelControl } from '../../../src/server/model-control.ts'
import { FakeModels, fakeModel } from '../support/fake-model.ts'
import { failure, inferRequest, type Message, startGrpc, TestClient } from './support.ts'

/** Remembers what it was asked. */
class FakeControl implements ModelControl {
  readonly asked: unknown[] = []

  index() {
    return [
      { name: 'sums', version: '3', state: 'READY', reason: '' },
      { name: 'other', version: '', state: 'UNAVAILABLE', reason: 'unloaded' },
    ] as const
  }

  async load(name: string, request: LoadRequest): Promise<void> {
    if (name === 'none') throw notFound("Nothing is known of 'none'.")
    this.asked.push(['load', name, request])
  }

  async unload(name: string): Promise<void> {
    this.asked.push(['unload', name])
  }

  async rollback(name: string): Promise<void> {
    this.asked.push(['rollback', name])
  }

  history(): undefined {}
}

describe('the inference service', () => {
  test('tells of the server and of its models', async () => {
    const { address } = await startGrpc({ version: '1.2.3' })
    const client = new TestClient(address)
    expect((await client.call('ServerLive')).reply).toEqual({ live: true })
    expect((await client.call('ServerReady')).reply).toEqual({ ready: true })
    expect((await client.call('ModelReady', { name: 'sums' })).reply).toEqual({ ready: true })
    expect((await client.call('ModelReady', { name: 'sums', version: '4' })).reply).toEqual({ ready: false })
    expect((await client.call('ServerMetadata')).reply).toMatchObject({ name: 'headrace', version: '1.2.3' })
    expect((await client.call('ModelMetadata', { name: 'sums' })).reply).toMatchObject({
      ...{ name: 'sums', versions: ['3'] },
      inputs: [{ name: 'x', datatype: 'FP32', shape: ['-1', '-1'] }],
    })
    expect((await client.call('ModelConfig', { name: 'sums' })).reply['config']).toMatchObject({
      name: 'sums',
      input: [{ name: 'x', data_type: 'TYPE_FP32' }],
    })
    expect((await failure(client.call('ModelConfig', { name: 'none' }))).code).toBe(status.NOT_FOUND)
  })

  test('counts what a model has done', async () => {
    const { address } = await startGrpc()
    const client = new TestClient(address)
    await client.call(
      'ModelInfer',
      inferRequest([
        [1, 2, 3, 4],
        [1, 2, 3, 4],
      ]),
    )
    for (const name of ['sums', '']) {
      const [stats] = (await client.call('ModelStatistics', { name })).reply['model_stats'] as Message[]
      expect(stats).toMatchObject({ name: 'sums', version: '3', inference_count: '2' })
      expect(stats!['inference_stats']).toMatchObject({ success: { count: '1' }, fail: { count: '0' } })
    }
  })

  test('says what it does not have', async () => {
    const { address } = await startGrpc()
    const client = new TestClient(address)
    for (const method of [
      'SystemSharedMemoryStatus',
      'CudaSharedMemoryRegister',
      'TraceSetting',
      'LogSettings',
      'RepositoryIndex',
    ]) {
      const error = await failure(client.call(method))
      expect(error.code).toBe(status.UNIMPLEMENTED)
      expect(error.details).not.toBe('')
    }
    const unknown = new Promise<{ code: number }>((resolve) => {
      client.client.makeUnaryRequest(
        '/no.Such/Method',
        (bytes: Buffer) => bytes,
        (bytes) => bytes,
        Buffer.alloc(0),
        (error) => resolve(error!),
      )
    })
    expect((await unknown).code).toBe(status.UNIMPLEMENTED)
  })

  test('loads, unloads and lists models for whoever has the token', async () => {
    const control = new FakeControl()
    const controlGuard = new ControlGuard({ host: '127.0.0.1', token: 'secret' })
    const { address } = await startGrpc({ control, controlGuard })
    const client = new TestClient(address)
    const metadata = { 'x-headrace-control-token': 'secret' }
    expect((await failure(client.call('RepositoryIndex'))).code).toBe(status.UNAUTHENTICATED)
    expect((await client.call('RepositoryIndex', {}, { metadata })).reply['models']).toHaveLength(2)
    expect(
      (await client.call('RepositoryIndex', { ready: true }, { metadata })).reply['models'],
    ).toHaveLength(1)
    const parameters = { model_uri: { string_param: 'models:/other/3' } }
    await client.call('RepositoryModelLoad', { model_name: 'other', parameters }, { metadata })
    await client.call(
      'RepositoryModelUnload',
      { model_name: 'other', parameters: { unload_dependents: { bool_param: true } } },
      { metadata },
    )
    expect(control.asked).toEqual([
      ['load', 'other', { uri: 'models:/other/3' }],
      ['unload', 'other'],
    ])
    expect(
      (await failure(client.call('RepositoryModelLoad', { model_name: 'none' }, { metadata }))).code,
    ).toBe(status.NOT_FOUND)
    const config = client.call(
      'RepositoryModelLoad',
      { model_name: 'a', parameters: { config: { string_param: '{}' } } },
      { metadata },
    )
    expect((await failure(config)).code).toBe(status.INVALID_ARGUMENT)
  })

  test('loads for programs of this machine where there is no token', async () => {
    const control = new FakeControl()
    const controlGuard = new ControlGuard({ host: '127.0.0.1', token: undefined })
    const { address } = await startGrpc({ control, controlGuard })
    await new TestClient(address).call('RepositoryModelLoad', { model_name: 'other' })
    const open = await startGrpc({
      control,
      controlGuard: new ControlGuard({ host: '0.0.0.0', token: undefined }),
    })
    const refused = failure(new TestClient(open.address).call('RepositoryModelLoad', { model_name: 'other' }))
    expect((await refused).code).toBe(status.PERMISSION_DENIED)
  })
})

describe('the health service', () => {
  test('follows the readiness of the server', async () => {
    const models = new FakeModels(fakeModel())
    const { address, server } = await startGrpc({ models })
    const client = new TestClient(address)
    for (const service of ['', 'inference.GRPCInferenceService']) {
      expect((await client.call('Health/Check', { service })).reply).toEqual({ status: 'SERVING' })
    }
    expect((await failure(client.call('Health/Check', { service: 'other' }))).code).toBe(status.NOT_FOUND)
    const watch = client.stream('Health/Watch')
    watch.on('error', () => {})
    watch.write({ service: '' })
    expect(await once(watch, 'data')).toEqual([{ status: 'SERVING' }])
    models.loaded = false
    expect(await once(watch, 'data')).toEqual([{ status: 'NOT_SERVING' }])
    models.loaded = true
    expect(await once(watch, 'data')).toEqual([{ status: 'SERVING' }])
    server.depart()
    expect(await once(watch, 'data')).toEqual([{ status: 'NOT_SERVING' }])
  })

  test('tells who watches an unknown service that it is unknown', async () => {
    const { address } = await startGrpc()
    const watch = new TestClient(address).stream('Health/Watch')
    watch.on('error', () => {})
    watch.write({ service: 'other' })
    expect(await once(watch, 'data')).toEqual([{ status: 'SERVICE_UNKNOWN' }])
    watch.cancel()
  })
})

describe('reflection', () => {
  const folder = createRequire(import.meta.url)
    .resolve('@grpc/reflection')
    .replace(/build\/src\/.*$/, 'build/proto/grpc/reflection/')

  test.each(['v1', 'v1alpha'])('shows in %s what can be called', async (version) => {
    const { address } = await startGrpc()
    const service = loadSync(`${folder}${version}/reflection.proto`)[
      `grpc.reflection.${version}.ServerReflection`
    ]
    const method = (service as unknown as Record<string, MethodDefinition<object, object>>)[
      'ServerReflectionInfo'
    ]!
    const client = new Client(address, credentials.createInsecure())
    onTestFinished(() => client.close())
    const call = client.makeBidiStreamRequest(
      method.path,
      method.requestSerialize,
      method.responseDeserialize,
    )
    call.write({ listServices: '*' })
    const [{ listServicesResponse }] = await once(call, 'data')
    const names = listServicesResponse.service.map(({ name }: { name: string }) => name)
    expect(names).toEqual(expect.arrayContaining(['inference.GRPCInferenceService', 'grpc.health.v1.Health']))
    call.write({ fileContainingSymbol: 'inference.ModelInferRequest' })
    const [{ fileDescriptorResponse }] = await once(call, 'data')
    const [file] = fileDescriptorResponse.fileDescriptorProto
    const { messageType } = descriptor.FileDescriptorProto.decode(file).toJSON()
    const described = messageType.find(({ name }: Message) => name === 'ModelInferRequest')
    // Go's clients refuse the whole file where it is named otherwise.
    expect(described.nestedType[0]).toMatchObject({ name: 'ParametersEntry', options: { mapEntry: true } })
    expect(described.field[3]).toMatchObject({ name: 'parameters', typeName: 'ParametersEntry' })
    call.write({ fileContainingSymbol: 'constructor' })
    await once(call, 'data')
    call.end()
    call.resume()
    await once(call, 'end')
  })
})
