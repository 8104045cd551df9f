import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, onTestFinished } from 'vitest'
import { listen, type RunningServer } from '../../../../src/server/listen.ts'
import { createLogger } from '../../../../src/server/logger.ts'
import { ArtifactRoutes } from '../../../../src/server/tracking/artifacts/artifact-routes.ts'
import { ThreadedExecutor } from '../../../../src/server/tracking/threads/threaded-executor.ts'
import { TrackingApp } from '../../../../src/server/tracking/tracking-app.ts'
import type { TrackingServerOptions } from '../../../../src/server/tracking/tracking-options.ts'

export interface RunningTracking {
  readonly server: RunningServer
  readonly executor: ThreadedExecutor
  /** With the static prefix. */
  readonly url: string
  readonly folder: string
}

export interface TrackingStart extends Partial<TrackingServerOptions> {
  readonly workers?: number
  readonly heapMb?: number
  /** In another database than the experiments. */
  readonly registryApart?: boolean
}

/** A tracking server with a SQLite database and artifacts of its own, on a free port, until the test is over. */
export async function startTracking(start: TrackingStart = {}): Promise<RunningTracking> {
  const running = await startServer(start)
  onTestFinished(() => running.stop())
  return running
}

/** One for all tests of a file, there from the first of them on. */
export function sharedTracking(start: TrackingStart = {}): RunningTracking {
  const shared: { running?: RunningTracking & { stop(): Promise<void> } } = {}
  beforeAll(async () => {
    shared.running = await startServer(start)
  })
  afterAll(() => shared.running?.stop())
  return {
    get server() {
      return shared.running!.server
    },
    get executor() {
      return shared.running!.executor
    },
    get url() {
      return shared.running!.url
    },
    get folder() {
      return shared.running!.folder
    },
  }
}

async function startServer(start: TrackingStart): Promise<RunningTracking & { stop(): Promise<void> }> {
  const { workers = 1, heapMb, registryApart = false, staticPrefix = '', ...options } = start
  const folder = mkdtempSync(join(tmpdir(), 'headrace-tracking-'))
  const logger = createLogger({ level: 'silent', format: 'json' })
  const place = { artifactRoot: 'mlflow-artifacts:/', folder }
  const executor = await ThreadedExecutor.start({
    tracking: { ...place, databaseUri: 'sqlite:///mlflow.db' },
    registry: registryApart ? { ...place, databaseUri: 'sqlite:///registry.db' } : undefined,
    ...{ workers, logger },
    ...(heapMb === undefined ? {} : { heapMb }),
  })
  const app = new TrackingApp({
    executor,
    streamed: new ArtifactRoutes({
      destination: join(folder, 'artifacts'),
      ask: (question, about) => executor.ask(question, about),
      staticPrefix,
    }),
    security: { allowedOrigins: [], frameOptions: 'SAMEORIGIN' },
    ...{ logger, staticPrefix, version: 'test' },
    ...options,
  })
  const server = await listen(app, { host: '127.0.0.1', port: 0 })
  const stop = async (): Promise<void> => {
    await server.stop({ graceMs: 0 })
    rmSync(folder, { recursive: true, force: true })
  }
  return { server, executor, url: server.url + staticPrefix, folder, stop }
}

/** Calls the API as a client does. */
export function postJson(url: string, body: unknown): Promise<Response> {
  return fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
}
