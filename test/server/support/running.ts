import { pino } from 'pino'
import { onTestFinished } from 'vitest'
import { DataPlane } from '../../../src/runtime/data-plane.ts'
import { type App, buildApp } from '../../../src/server/app.ts'
import { listen, type RunningServer } from '../../../src/server/listen.ts'
import type { ServerOptions } from '../../../src/server/server-options.ts'
import { FakeModels, fakeModel } from './fake-model.ts'

export interface Running {
  readonly app: App
  readonly server: RunningServer
  readonly url: string
}

export const ONE_ROW = '{"inputs": [[1, 2, 3, 4]]}'

/** A server of one model that adds up rows, unless told otherwise. */
export function serverOptions(overrides: Partial<ServerOptions> = {}): ServerOptions {
  return {
    models: new FakeModels(fakeModel()),
    dataPlane: new DataPlane(),
    logger: pino({ level: 'silent' }),
    ...overrides,
  }
}

/** Listening on a port of the system's choice until the test ends. */
export async function startServer(overrides: Partial<ServerOptions> = {}): Promise<Running> {
  const app = await buildApp(serverOptions(overrides))
  const server = await listen(app, { host: '127.0.0.1', port: 0 })
  onTestFinished(() => server.stop({ graceMs: 0 }))
  return { app, server, url: server.url }
}

export type Headers = Readonly<Record<string, string>>

export function score(url: string, body: string | Uint8Array<ArrayBuffer> = ONE_ROW, headers: Headers = {}) {
  return fetch(`${url}/invocations`, {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json', ...headers },
  })
}
