import type { Command } from 'commander'
import type { Logger } from 'pino'
import { hideUserInfo } from '../../client/server-url.ts'
import { invalidParameter, ServingError } from '../../core/errors.ts'
import type { ModelRepository } from '../../runtime/model-repository.ts'
import type { ServedModel } from '../../runtime/served-model.ts'
import type { RunningServer } from '../../server/listen.ts'
import { createLogger } from '../../server/logger.ts'
import { composeScoringServer } from '../compose.ts'
import { SERVE_SETTINGS, type ServeSettings } from '../config.ts'
import { curlLine } from '../curl-line.ts'
import { addSettings } from '../setting.ts'
import { announce } from '../start-banner.ts'

export function addServeCommand(program: Command): void {
  const command = program
    .command('serve')
    .description('Serve a model over HTTP, as `mlflow models serve` does')
    .helpOption('--help', 'show this help')
    .action(async () => serve(command.opts<ServeSettings>()))
  addSettings(command, SERVE_SETTINGS)
}

/** Loads the models, listens, and stays until a signal comes. */
async function serve(settings: ServeSettings): Promise<void> {
  checkTogether(settings)
  const format = logFormat(settings)
  const logger = createLogger({ level: settings.logLevel, format })
  const { registry, repository, options } = composeScoringServer(settings, logger)
  try {
    // The server's modules are read while the engine opens the models in threads of its own.
    const loading = Promise.all(settings.modelUri.map((uri) => load(repository, uri)))
    const [models, { buildApp }, { listen }] = await Promise.all([
      loading,
      import('../../server/app.ts'),
      import('../../server/listen.ts'),
    ])
    await registry.close()
    const server = await listen(await buildApp(options), settings)
    announce({ server, models, logger, format })
    if (format === 'text') await suggest(server, models[0], settings)
    endOnSignal({ server, repository, logger, graceMs: settings.graceMs })
  } catch (error) {
    await Promise.all([repository.close(), registry.close()])
    throw error
  }
}

/** @throws ServingError that names the model, since several may be served and most failures are about a file. */
async function load(repository: ModelRepository, uri: string): Promise<ServedModel> {
  try {
    return await repository.load(uri)
  } catch (error) {
    if (!(error instanceof ServingError) || error.code === 'INTERNAL_ERROR') throw error
    const { code, message, details } = error
    throw new ServingError(code, `${hideUserInfo(uri)} cannot be served: ${message}`, {
      details,
      cause: error,
    })
  }
}

function checkTogether({ modelUri, sslCertfile, sslKeyfile }: ServeSettings): void {
  if (modelUri.length === 0) throw invalidParameter('No model is named: add --model-uri (-m) URI')
  if ((sslCertfile === undefined) !== (sslKeyfile === undefined)) {
    throw invalidParameter('--ssl-certfile and --ssl-keyfile belong together')
  }
}

function logFormat({ logFormat }: ServeSettings): 'json' | 'text' {
  if (logFormat !== 'auto') return logFormat
  return process.stderr.isTTY ? 'text' : 'json'
}

/** A line to try for whoever started this at a terminal. */
async function suggest(
  { url }: RunningServer,
  model: ServedModel | undefined,
  { apiKey }: ServeSettings,
): Promise<void> {
  const line = model === undefined ? undefined : await curlLine(model, { url, apiKey })
  if (line !== undefined) process.stdout.write(`\nTry it:\n\n  ${line}\n\n`)
}

interface Running {
  readonly server: RunningServer
  readonly repository: ModelRepository
  readonly logger: Logger
  readonly graceMs: number
}

/** The first signal ends the server in order, a second one at once. */
function endOnSignal(running: Running): void {
  let asked = false
  const end = (signal: NodeJS.Signals): void => {
    running.logger.info({ signal }, asked ? 'stopping at once' : 'stopping')
    const graceMs = asked ? 0 : running.graceMs
    asked = true
    stop({ ...running, graceMs }).catch((error: unknown) => {
      running.logger.fatal({ err: error }, 'could not stop in order')
      process.exit(1)
    })
  }
  process.on('SIGTERM', end)
  process.on('SIGINT', end)
}

async function stop({ server, repository, logger, graceMs }: Running): Promise<void> {
  // process.exit() waits for native runs, which may never return: then only a kill ends the process.
  const late = setTimeout(() => process.kill(process.pid, 'SIGKILL'), graceMs + 2_000)
  await server.stop({ graceMs })
  await repository.close()
  clearTimeout(late)
  logger.info('stopped')
  if (repository.hasStuckWorkers()) process.kill(process.pid, 'SIGKILL')
  process.exit(0)
}
