import { type Command, Option } from 'commander'
import { MODELS_SETTINGS } from '../config.ts'
import { ENGINE_SETTINGS } from '../engine-settings.ts'
import { addSettings } from '../setting.ts'
import type {
  AliasOptions,
  ConvertOptions,
  DownloadOptions,
  ModelsOptions,
  OpeningOptions,
  RegisterOptions,
} from './models/options.ts'

/** `headrace models …`. Each command is imported when it runs. */
export function registerModelsCommand(program: Command): void {
  const models = program
    .command('models')
    .description('Registers, shows and downloads models, and changes the registry')

  withEngine(models.command('register'))
    .description(
      'Registers a model folder as a new version, with a copy of its files: in the database, or on its server',
    )
    .argument('<path>', 'folder with an MLmodel file, or of a TF.js model')
    .requiredOption('-n, --name <name>', 'name of the registered model; made where it is not there')
    .option('-a, --alias <alias>', 'alias to set on the version')
    .option('--description <text>', 'description of the version')
    .addOption(
      new Option('--tag <key=value>', 'tag of the version; may be given several times')
        .default([])
        .argParser((text: string, previous: readonly string[]) => [...previous, text]),
    )
    .option('--signature <file>', 'JSON with the signature of a TF.js model: its inputs, outputs and params')
    .option('--if-absent', 'register nothing where a version was made from equal files', false)
    .action(async (path: string, options: RegisterOptions) =>
      (await import('./models/register.ts')).register(path, options),
    )

  withSettings(models.command('list'))
    .description('Lists the registered models')
    .action(async (options: ModelsOptions) => (await import('./models/list.ts')).list(options))

  withEngine(models.command('show'))
    .description('Shows a registered model, or all that is known of the one that a URI or path leads to')
    .argument('<name-or-uri>', 'iris, or models:/iris@champion')
    .action(async (which: string, options: OpeningOptions) =>
      (await import('./models/show.ts')).show(which, options),
    )

  withSettings(models.command('download'))
    .description('Sees that a model is on this machine, and prints the path of its files')
    .argument('<uri>', 'models:/iris@champion, runs:/id/path, https://…')
    .option('-d, --dst-path <folder>', 'copy the files into this folder, which must be empty or not there')
    .action(async (uri: string, options: DownloadOptions) =>
      (await import('./models/download.ts')).download(uri, options),
    )

  withSettings(models.command('convert'))
    .description('Compiles a TF.js model to ONNX, proves that both give the same, and writes the ONNX file')
    .argument('<uri>', 'models:/iris@champion, or the path of a model folder')
    .requiredOption('-o, --output-path <file>', 'where the ONNX model is written')
    .option('--force', 'write over a file that is there', false)
    .action(async (uri: string, options: ConvertOptions) =>
      (await import('./models/convert.ts')).convert(uri, options),
    )

  withSettings(models.command('alias'))
    .description('Sets an alias, or moves it to another version')
    .argument('<name>', 'registered model')
    .argument('<alias>')
    .argument('[version]', 'version that the alias is to mean')
    .option('--delete', 'delete the alias', false)
    .action(async (name: string, alias: string, version: string | undefined, options: AliasOptions) =>
      (await import('./models/change.ts')).changeAlias({ name, alias, version }, options),
    )

  withSettings(models.command('delete'))
    .description('Deletes a registered model with all versions, or one version; its files stay')
    .argument('<name[/version]>', 'iris, or iris/3')
    .action(async (which: string, options: ModelsOptions) =>
      (await import('./models/change.ts')).deleteModel(which, options),
    )
}

function withEngine(command: Command): Command {
  addSettings(command, ENGINE_SETTINGS)
  return withSettings(command)
}

function withSettings(command: Command): Command {
  addSettings(command, MODELS_SETTINGS)
  return command.option('--json', 'print JSON', false)
}
