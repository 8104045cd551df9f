import { smallReply } from '../../protocols/open-inference/grpc/small-replies.ts'
import { readModelQuestion } from '../../protocols/open-inference/grpc/small-requests.ts'
import type { ServedModel } from '../../runtime/served-model.ts'
import { findModel, findVersions } from '../model-requests.ts'
import { isModelReady, isServerReady } from '../open-inference/readiness.ts'
import { serverMetadata } from '../open-inference/server-metadata.ts'
import { type GrpcService, INFERENCE } from './grpc-service.ts'
import type { GrpcMethod, UnaryMethod } from './transport/grpc-method.ts'
import { PREFIX_BYTES } from './transport/message-reader.ts'

/** Methods that tell of the server and of its models. */
export function infoMethods(service: GrpcService): [string, GrpcMethod][] {
  const methods = {
    ServerLive: serverLive(service),
    ServerReady: serverReady(service),
    ModelReady: modelReady(service),
    ServerMetadata: metadataOfServer(service),
    ModelMetadata: aboutModel(service, 'ModelMetadata', async (model, versions) => {
      const { metadataOf } = await import('../open-inference/model-documents.ts')
      return metadataOf(model, versions)
    }),
    ModelConfig: aboutModel(service, 'ModelConfig', async (model, versions) => {
      const { configOf } = await import('../open-inference/model-documents.ts')
      return { config: configOf(model, versions) }
    }),
    ModelStatistics: statistics(service),
  }
  return Object.entries(methods).map(([name, method]) => [INFERENCE + name, method])
}

function serverLive(service: GrpcService): UnaryMethod {
  return {
    kind: 'unary',
    open: true,
    answer(request) {
      service.probed(false)
      request.answer(smallReply(true, PREFIX_BYTES))
    },
  }
}

function serverReady(service: GrpcService): UnaryMethod {
  const { options, registry } = service.app
  return {
    kind: 'unary',
    open: true,
    answer(request) {
      service.probed(true)
      request.answer(smallReply(isServerReady(options.models, registry), PREFIX_BYTES))
    },
  }
}

/** A model that nobody knows is not ready, which Triton says of it too. */
function modelReady(service: GrpcService): UnaryMethod {
  const { options, registry } = service.app
  return {
    kind: 'unary',
    answer(request, message) {
      service.probed(true)
      const { name, version } = readModelQuestion(message)
      const model = options.models.get(name, version)
      const ready = model !== undefined && !registry.draining && isModelReady(model)
      request.answer(smallReply(ready, PREFIX_BYTES))
    },
  }
}

function metadataOfServer(service: GrpcService): UnaryMethod {
  const { version = '', control } = service.app.options
  return {
    kind: 'unary',
    async answer(request) {
      request.answer(await service.reply('ServerMetadata', serverMetadata(version, control !== undefined)))
    },
  }
}

function aboutModel(
  service: GrpcService,
  method: string,
  describe: (model: ServedModel, versions: readonly string[]) => Promise<object>,
): UnaryMethod {
  const { models } = service.app.options
  return {
    kind: 'unary',
    async answer(request, message) {
      const { name, version } = readModelQuestion(message)
      const model = findModel(models, name, version)
      request.answer(await service.reply(method, await describe(model, models.versions(name))))
    },
  }
}

/** Of all models where none is named. */
function statistics(service: GrpcService): UnaryMethod {
  const { models } = service.app.options
  return {
    kind: 'unary',
    async answer(request, message) {
      const { name, version } = readModelQuestion(message)
      const asked = name === '' ? models.list() : findVersions(models, name, version)
      const counted = asked.map((model) => ({ model: model.name, version: model.version }))
      const stats = await service.app.exposition.statistics(counted)
      request.answer(await service.reply('ModelStatistics', { model_stats: stats }))
    },
  }
}
