import type { ModelRepository } from '../../../runtime/model-repository.ts'
import type { ServedModel } from '../../../runtime/served-model.ts'
import type { ServeSettings } from '../../config.ts'
import type { LogFormat } from './log-format.ts'

/** Lets a thread watch this one, once there is a model that may hang it, at the start or later. */
export async function watchHangs(
  repository: ModelRepository,
  settings: ServeSettings,
  format: LogFormat,
): Promise<void> {
  if (repository.list().some(mayHang)) return await watch(settings, format)
  repository.onLoaded = (model) => {
    if (!mayHang(model)) return
    repository.onLoaded = () => {}
    void watch(settings, format)
  }
}

/** A run in the thread that everything else depends on, and nothing says that it ends. */
function mayHang({ placement, mlmodel }: ServedModel): boolean {
  return placement === 'inline' && mlmodel.traits.unboundedRun
}

async function watch({ timeoutMs }: ServeSettings, format: LogFormat): Promise<void> {
  const { startWatchdog } = await import('../../../supervisor/watchdog.ts')
  startWatchdog({ requestTimeoutMs: timeoutMs, format })
}
