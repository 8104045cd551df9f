import { WireReader } from './wire-reader.ts'

/** A request about a model, as all of them are but those for inference. */
export interface ModelQuestion {
  readonly name: string
  /** Undefined where the client leaves it to the server. */
  readonly version: string | undefined
}

/** `ModelReadyRequest`, `ModelMetadataRequest`, `ModelConfigRequest`, `ModelStatisticsRequest`. @throws ServingError BAD_REQUEST */
export function readModelQuestion(message: Buffer): ModelQuestion {
  const reader = new WireReader(message)
  let name = ''
  let version = ''
  while (reader.next()) {
    if (reader.field === 1) name = reader.text()
    else if (reader.field === 2) version = reader.text()
    else reader.skip()
  }
  return { name, version: version === '' ? undefined : version }
}

/** `RepositoryIndexRequest`: whether only models that are ready are asked for. @throws ServingError BAD_REQUEST */
export function readIndexRequest(message: Buffer): boolean {
  const reader = new WireReader(message)
  let ready = false
  while (reader.next()) {
    if (reader.field === 2) ready = reader.bool()
    else reader.skip()
  }
  return ready
}

/** What is to be loaded or unloaded. */
export interface RepositoryRequest {
  readonly name: string
  readonly parameters: Readonly<Record<string, unknown>>
}

/** `RepositoryModelLoadRequest`, `RepositoryModelUnloadRequest`. @throws ServingError BAD_REQUEST */
export function readRepositoryRequest(message: Buffer): RepositoryRequest {
  const reader = new WireReader(message)
  const parameters = new Map<string, unknown>()
  let name = ''
  while (reader.next()) {
    if (reader.field === 2) name = reader.text()
    else if (reader.field === 3) readEntry(reader.message(), parameters)
    else reader.skip()
  }
  return { name, parameters: Object.fromEntries(parameters) }
}

function readEntry(entry: WireReader, parameters: Map<string, unknown>): void {
  let name = ''
  let value: unknown = null
  while (entry.next()) {
    if (entry.field === 1) name = entry.text()
    else if (entry.field === 2) value = readChoice(entry.message())
    else entry.skip()
  }
  parameters.set(name, value)
}

/** `ModelRepositoryParameter` */
function readChoice(reader: WireReader): unknown {
  let value: unknown = null
  while (reader.next()) {
    if (reader.field === 1) value = reader.bool()
    else if (reader.field === 2 && reader.wire === 0) value = Number(reader.int64())
    else if (reader.field === 3) value = reader.text()
    else if (reader.field === 4) value = reader.octets()
    else reader.skip()
  }
  return value
}

/** `HealthCheckRequest` of gRPC's health checking protocol: the service that is asked about. @throws ServingError BAD_REQUEST */
export function readHealthRequest(message: Buffer): string {
  const reader = new WireReader(message)
  let service = ''
  while (reader.next()) {
    if (reader.field === 1) service = reader.text()
    else reader.skip()
  }
  return service
}
