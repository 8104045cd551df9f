import type { Command } from 'commander'
import { withTracking } from '../tracking/command.ts'
import type { DownloadOptions, ListOptions, LogOptions, UploadOptions } from './artifacts/options.ts'

/** `headrace artifacts …`, with the flags of `mlflow artifacts`. Each command is imported when it runs. */
export function addArtifactsCommand(program: Command): void {
  const artifacts = program
    .command('artifacts')
    .description('Lists, fetches and stores the files of runs and models')

  withTracking(withPlace(artifacts.command('list')))
    .description('Lists what is in a folder of files')
    .action(async (options: ListOptions) => (await import('./artifacts/list.ts')).list(options))

  withTracking(withPlace(artifacts.command('download')))
    .description('Copies a file or folder to this machine, and prints its path')
    .option('-d, --dst-path <folder>', 'where it is copied to; a new temporary folder where it is left out')
    .action(async (options: DownloadOptions) => (await import('./artifacts/download.ts')).download(options))

  withTracking(artifacts.command('upload'))
    .description('Copies a local file, or what is in a local folder, to the files of a run')
    .argument('<path>', 'file or folder of this machine')
    .requiredOption('-r, --run-id <id>', 'run that it is for')
    .option('-a, --artifact-path <path>', "folder of the run's files that it is copied into")
    .action(async (path: string, options: UploadOptions) =>
      (await import('./artifacts/upload.ts')).upload(path, options),
    )

  withTracking(artifacts.command('log-artifact'))
    .description('The same of one file, as mlflow artifacts log-artifact')
    .requiredOption('-l, --local-file <path>', 'file of this machine')
    .requiredOption('-r, --run-id <id>', 'run that it is for')
    .option('-a, --artifact-path <path>', "folder of the run's files")
    .action(async (options: LogOptions) =>
      (await import('./artifacts/upload.ts')).upload(options.localFile ?? '', options),
    )

  withTracking(artifacts.command('log-artifacts'))
    .description('The same of a folder, as mlflow artifacts log-artifacts')
    .requiredOption('-l, --local-dir <path>', 'folder of this machine')
    .requiredOption('-r, --run-id <id>', 'run that it is for')
    .option('-a, --artifact-path <path>', "folder of the run's files")
    .action(async (options: LogOptions) =>
      (await import('./artifacts/upload.ts')).upload(options.localDir ?? '', options),
    )
}

function withPlace(command: Command): Command {
  return command
    .option('-r, --run-id <id>', 'run whose files they are')
    .option('-a, --artifact-path <path>', "path below the run's files")
    .option(
      '-u, --artifact-uri <uri>',
      'in place of a run: models:/iris@champion, runs:/id/path, mlflow-artifacts:/…',
    )
}
