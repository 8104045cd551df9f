import type { MessagePort } from 'node:worker_threads'
import { SupervisorLink } from '../../../supervisor/supervisor-link.ts'
import { ThreadChannel } from '../../../supervisor/thread-channel.ts'
import type { ListenerData } from '../../listener-data.ts'
import { serveHere } from './serve-here.ts'

/** Serves in this thread, as one of the listeners of the process. @param port to the main thread. */
export async function serveAsListener(data: ListenerData, port: MessagePort): Promise<void> {
  const link = new SupervisorLink(new ThreadChannel(data.number, port))
  await serveHere(data.settings, { kind: 'listener', link, data })
}
