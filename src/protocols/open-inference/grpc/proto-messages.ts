import { fileURLToPath } from 'node:url'
import type { MessageTypeDefinition, MethodDefinition, PackageDefinition } from '@grpc/proto-loader'
import { internalError } from '../../../core/errors.ts'

/** The public protocols that this server speaks, as files. */
const FILES = ['open-inference.proto', 'health.proto']

const SERVICE = 'inference.GRPCInferenceService'

/** Messages that are asked for seldom, written by the definition of the protocol; a large import. */
export class ProtoMessages {
  /** Of all files, for whoever tells what there is. */
  readonly definition: PackageDefinition

  private constructor(definition: PackageDefinition) {
    this.definition = definition
  }

  static async load(): Promise<ProtoMessages> {
    const { loadSync } = await import('@grpc/proto-loader')
    const paths = FILES.map((file) => fileURLToPath(new URL(`./${file}`, import.meta.url)))
    return new ProtoMessages(loadSync(paths, { keepCase: true, longs: Number, enums: String }))
  }

  /**
   * The reply of a method of the inference service.
   * @param room bytes to leave free in front.
   */
  encodeReply(method: string, reply: object, room: number): Buffer {
    const { responseSerialize } = this.method(method)
    return Buffer.concat([Buffer.alloc(room), responseSerialize(reply)])
  }

  /** A method of the inference service, by which its messages are written and read. */
  method(name: string): MethodDefinition<object, object> {
    const service = this.definition[SERVICE]
    if (service === undefined || isMessage(service))
      throw internalError(`This is a bug: ${SERVICE} is not defined`)
    const method = (service as Readonly<Record<string, MethodDefinition<object, object>>>)[name]
    if (method === undefined) throw internalError(`This is a bug: ${SERVICE} has no method ${name}`)
    return method
  }
}

function isMessage(
  definition: PackageDefinition[string],
): definition is MessageTypeDefinition<object, object> {
  return 'format' in definition
}
