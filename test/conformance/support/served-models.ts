import { pino } from 'pino'
import { onTestFinished } from 'vitest'
import { composeScoringServer } from '../../../src/cli/compose.ts'
import { SERVE_SETTINGS, type ServeSettings } from '../../../src/cli/config.ts'
import { availableResources } from '../../../src/runtime/cores.ts'
import { buildApp } from '../../../src/server/app.ts'
import { listen } from '../../../src/server/listen.ts'

/** Headrace with real models in this process, until the test ends; resolves to its URL. */
export async function servedModels(models: Readonly<Record<string, string>>): Promise<string> {
  const { repository, options } = composeScoringServer(defaultSettings(), pino({ level: 'silent' }), {
    expectedModels: Object.keys(models).length,
    resources: availableResources(),
    trustsMeasured: false,
    isTunedElsewhere: false,
  })
  for (const [name, path] of Object.entries(models)) await repository.load(path, name)
  const server = await listen(await buildApp(options), { host: '127.0.0.1', port: 0 })
  onTestFinished(async () => {
    await server.stop({ graceMs: 0 })
    await repository.close()
  })
  return server.url
}

function defaultSettings(): ServeSettings {
  const defaults = Object.entries(SERVE_SETTINGS).map(([name, row]) => [name, row.default])
  return { ...Object.fromEntries(defaults), placement: 'inline' } as ServeSettings
}
