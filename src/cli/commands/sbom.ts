import type { Command } from 'commander'
import { createLogger } from '../../server/logger.ts'
import { SBOM_SETTINGS, type SbomSettings } from '../image-settings.ts'
import { addSettings } from '../setting.ts'
import { openBaseOf } from './image/base-image.ts'
import { settleModel } from './image/image-model.ts'
import { planImage } from './image/plan-image.ts'
import { sideBySide } from './image/side-by-side.ts'
import { stopOnSignal } from './image/stop-on-signal.ts'

export function addSbomCommand(program: Command): void {
  const command = program
    .command('sbom')
    .description("Print the bill of materials of a model's image (CycloneDX 1.6), without building it")
    .helpOption('--help', 'show this help')
    .action(async () => printBill(command.opts<SbomSettings>()))
  addSettings(command, SBOM_SETTINGS)
}

async function printBill(settings: SbomSettings): Promise<void> {
  const logger = createLogger({ level: 'info', format: 'text' })
  const signal = stopOnSignal()
  const [model, base] = await sideBySide(signal, (either) => [
    settleModel(settings, logger, either),
    openBaseOf(settings, logger, either),
  ])
  const { bill } = await planImage({ model, base, settings: { ...settings, env: {}, label: {} }, signal })
  process.stdout.write(bill)
}
