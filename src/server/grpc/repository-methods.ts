import { notImplemented } from '../../core/errors.ts'
import {
  readIndexRequest,
  readRepositoryRequest,
} from '../../protocols/open-inference/grpc/small-requests.ts'
import { checkUnloadParameters, readLoadParameters } from '../control-parameters.ts'
import type { ModelControl } from '../model-control.ts'
import { type GrpcService, INFERENCE } from './grpc-service.ts'
import type { GrpcCall } from './transport/grpc-call.ts'
import type { GrpcMethod, UnaryMethod } from './transport/grpc-method.ts'
import { PREFIX_BYTES } from './transport/message-reader.ts'

/** What the methods that Headrace does not have are about. */
const NOT_SUPPORTED: Readonly<Record<string, string>> = {
  SystemSharedMemoryStatus: 'Shared memory',
  SystemSharedMemoryRegister: 'Shared memory',
  SystemSharedMemoryUnregister: 'Shared memory',
  CudaSharedMemoryStatus: 'Shared memory',
  CudaSharedMemoryRegister: 'Shared memory',
  CudaSharedMemoryUnregister: 'Shared memory',
  TraceSetting: 'Changing what is traced',
  LogSettings: 'Changing what is logged',
}

/** Does what a message asks for. @returns the reply. */
type Command = (control: ModelControl, message: Buffer) => Promise<Buffer> | Buffer

/** Triton's model repository extension, and what its clients may ask for besides. */
export function repositoryMethods(service: GrpcService): [string, GrpcMethod][] {
  const methods = {
    RepositoryIndex: controlling(service, (control, message) => {
      const onlyReady = readIndexRequest(message)
      const models = control.index().filter(({ state }) => !onlyReady || state === 'READY')
      return service.reply('RepositoryIndex', { models })
    }),
    RepositoryModelLoad: changing(service, async (control, message) => {
      const { name, parameters } = readRepositoryRequest(message)
      await control.load(name, readLoadParameters(parameters))
      return Buffer.alloc(PREFIX_BYTES)
    }),
    RepositoryModelUnload: changing(service, async (control, message) => {
      const { name, parameters } = readRepositoryRequest(message)
      checkUnloadParameters(parameters)
      await control.unload(name)
      return Buffer.alloc(PREFIX_BYTES)
    }),
  }
  const refused = Object.entries(NOT_SUPPORTED).map(([name, what]) => [name, unsupported(what)] as const)
  return [...Object.entries(methods), ...refused].map(([name, method]) => [INFERENCE + name, method])
}

function changing(service: GrpcService, command: Command): UnaryMethod {
  return controlling(service, command, true)
}

function controlling(service: GrpcService, command: Command, changesModels = false): UnaryMethod {
  const { control, controlGuard } = service.app.options
  return {
    kind: 'unary',
    async answer(request, message, call) {
      if (control === undefined || controlGuard === undefined)
        throw notImplemented('This server loads no models.')
      controlGuard.check((name) => metadataOf(call, name))
      // Loading takes what it takes; the trial of the model has a time limit of its own.
      request.limitTo(Number.POSITIVE_INFINITY)
      request.changesModels = changesModels
      request.answer(await command(control, message))
    },
  }
}

/** Of metadata that came more than once, all of them. */
function metadataOf({ headers }: GrpcCall, name: string): string | undefined {
  const value = headers[name === 'host' ? ':authority' : name]
  return Array.isArray(value) ? value.join(', ') : value
}

function unsupported(what: string): UnaryMethod {
  return {
    kind: 'unary',
    answer() {
      throw notImplemented(`${what} is not supported.`)
    },
  }
}
