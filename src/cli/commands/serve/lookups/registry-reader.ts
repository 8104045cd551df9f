import { Worker } from 'node:worker_threads'
import { deserializeError, internalError, messageOf } from '../../../../core/errors.ts'
import type { LoggedModel } from '../../../../entities/logged-model.ts'
import type { ModelVersion } from '../../../../entities/model-version.ts'
import type { RegisteredModel } from '../../../../entities/registered-model.ts'
import type { RunInfo } from '../../../../entities/run-info.ts'
import type { ModelRegistry } from '../../../../registry-client/model-registry.ts'
import { siblingModule } from '../../../../runtime/pool/sibling-module.ts'
import type { Lookup, LookupCall, LookupData, LookupReply } from './lookup-messages.ts'

/** A registry's database, read by a thread of its own that lives until this is closed. */
export class RegistryReader implements ModelRegistry {
  readonly uri: string
  readonly #thread: Worker
  readonly #asked = new Map<number, PromiseWithResolvers<unknown>>()
  #calls = 0
  #ended: Error | undefined

  constructor(data: LookupData) {
    this.uri = data.place.publicUri
    this.#thread = new Worker(new URL(siblingModule(import.meta.url, 'lookup-thread')), { workerData: data })
    this.#thread.on('message', (reply: LookupReply) => this.#take(reply))
    this.#thread.once('error', (error) => this.#end(messageOf(error)))
    this.#thread.once('exit', () => this.#end('it has ended'))
  }

  getRegisteredModel(name: string): Promise<RegisteredModel> {
    return this.#ask('getRegisteredModel', [name])
  }

  searchRegisteredModels(): Promise<readonly RegisteredModel[]> {
    return this.#ask('searchRegisteredModels', [])
  }

  getModelVersion(name: string, version: string): Promise<ModelVersion> {
    return this.#ask('getModelVersion', [name, version])
  }

  searchModelVersions(name: string): Promise<readonly ModelVersion[]> {
    return this.#ask('searchModelVersions', [name])
  }

  getLatestVersions(name: string, stages?: readonly string[]): Promise<readonly ModelVersion[]> {
    return this.#ask('getLatestVersions', [name, stages])
  }

  getModelVersionByAlias(name: string, alias: string): Promise<ModelVersion> {
    return this.#ask('getModelVersionByAlias', [name, alias])
  }

  getModelVersionDownloadUri(name: string, version: string): Promise<string> {
    return this.#ask('getModelVersionDownloadUri', [name, version])
  }

  getLoggedModel(modelId: string): Promise<LoggedModel> {
    return this.#ask('getLoggedModel', [modelId])
  }

  searchLoggedModels(
    filter: Parameters<ModelRegistry['searchLoggedModels']>[0],
  ): Promise<readonly LoggedModel[]> {
    return this.#ask('searchLoggedModels', [filter])
  }

  getRun(runId: string): Promise<RunInfo> {
    return this.#ask('getRun', [runId])
  }

  /** Returns at once: the thread ends when it is done with what it was asked. */
  async close(): Promise<void> {
    this.#thread.postMessage('close')
  }

  /** The thread answers with what the method of this name gives. */
  #ask<Method extends Lookup>(
    lookup: Method,
    args: Parameters<ModelRegistry[Method]>,
  ): ReturnType<ModelRegistry[Method]> {
    const asked = Promise.withResolvers<unknown>()
    if (this.#ended === undefined) {
      this.#calls += 1
      this.#asked.set(this.#calls, asked)
      this.#thread.postMessage({ id: this.#calls, lookup, args } satisfies LookupCall)
    } else asked.reject(this.#ended)
    return asked.promise as ReturnType<ModelRegistry[Method]>
  }

  #take(reply: LookupReply): void {
    const asked = this.#asked.get(reply.id)
    this.#asked.delete(reply.id)
    if ('error' in reply) asked?.reject(deserializeError(reply.error))
    else asked?.resolve(reply.found)
  }

  #end(reason: string): void {
    this.#ended ??= internalError(`The thread that reads the registry ${this.uri} cannot answer: ${reason}`)
    for (const asked of this.#asked.values()) asked.reject(this.#ended)
    this.#asked.clear()
  }
}
