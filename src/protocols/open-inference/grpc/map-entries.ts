import type { PackageDefinition } from '@grpc/proto-loader'
import descriptor from 'protobufjs/ext/descriptor/index.js'

/** A message type, of which the package for descriptors has no types. One within another may stand for a map. */
interface MessageType {
  name: string
  readonly field: readonly { typeName?: string }[]
  readonly nestedType: readonly MessageType[]
  readonly options?: { readonly mapEntry?: boolean }
}

/**
 * The same definition with the types of its maps named as protoc names them. protobufjs describes a map `parameters` by
 * a type `Parameters`; others, Go's among them, refuse the whole file unless it is `ParametersEntry`.
 */
export function withMapEntries(definition: PackageDefinition): PackageDefinition {
  const files = new Map<Buffer, Buffer>()
  const renamed = (file: Buffer): Buffer => {
    const known = files.get(file) ?? renameInFile(file)
    files.set(file, known)
    return known
  }
  return Object.fromEntries(
    Object.entries(definition).map(([name, defined]) => {
      const { fileDescriptorProtos: described } = defined
      if (!Array.isArray(described)) return [name, defined]
      return [name, { ...defined, fileDescriptorProtos: described.map(renamed) }]
    }),
  )
}

function renameInFile(file: Buffer): Buffer {
  const decoded = descriptor.FileDescriptorProto.decode(file)
  const { messageType } = decoded as unknown as { messageType: readonly MessageType[] }
  for (const message of messageType) renameInMessage(message)
  return Buffer.from(descriptor.FileDescriptorProto.encode(decoded).finish())
}

function renameInMessage({ field, nestedType }: MessageType): void {
  for (const nested of nestedType) {
    renameInMessage(nested)
    if (nested.options?.mapEntry !== true) continue
    const { name } = nested
    nested.name = entryName(name)
    for (const one of field) if (one.typeName === name) one.typeName = nested.name
  }
}

/** `map_field` has entries of the type `MapFieldEntry`. */
function entryName(name: string): string {
  return `${name.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase())}Entry`
}
