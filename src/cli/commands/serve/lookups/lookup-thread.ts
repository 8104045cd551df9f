/** Reads a registry's database, beside the threads that serve: neither a locked file nor a slow disk holds those up. */
import nodeModule from 'node:module'
import { parentPort, workerData } from 'node:worker_threads'
import { serializeError } from '../../../../core/errors.ts'
import type { ModelRegistry } from '../../../../registry-client/model-registry.ts'
import { readDatabase } from '../../../../registry-client/read-database.ts'
import { yieldToOthers } from '../../../../runtime/pool/yield-to-others.ts'
import type { LookupCall, LookupData, LookupReply } from './lookup-messages.ts'

yieldToOthers()
nodeModule.enableCompileCache()

const { place, patience } = workerData as LookupData
const port = parentPort!
let opened: Promise<ModelRegistry> | undefined
port.on('message', (call: LookupCall | 'close') => {
  if (call === 'close') void close()
  else void answer(call)
})

async function answer({ id, lookup, args }: LookupCall): Promise<void> {
  try {
    opened ??= readDatabase(place, patience)
    const registry = await opened
    const method = registry[lookup] as (...args: readonly unknown[]) => Promise<unknown>
    tell({ id, found: await method.apply(registry, [...args]) })
  } catch (error) {
    tell({ id, error: serializeError(error) })
  }
}

async function close(): Promise<void> {
  const registry = await opened?.catch(() => undefined)
  await registry?.close()
  port.close()
}

function tell(reply: LookupReply): void {
  port.postMessage(reply)
}
