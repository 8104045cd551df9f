import { stat } from 'node:fs/promises'
import { messageOf, notFound } from '../../../core/errors.ts'
import { print } from '../../output.ts'
import { withClient } from '../../tracking/command.ts'
import { printEntity } from '../../tracking/print-entity.ts'
import type { UploadOptions } from './options.ts'

export async function upload(path: string, options: UploadOptions): Promise<void> {
  const { runId, artifactPath, json } = options
  const found = await stat(path).catch((error: unknown) => {
    throw notFound(`${path} cannot be read: ${messageOf(error)}`)
  })
  await withClient(options, 'write', (client) =>
    found.isDirectory()
      ? client.logArtifacts(runId, path, artifactPath)
      : client.logArtifact(runId, path, artifactPath),
  )
  if (json) printEntity({ runId, path, artifactPath: artifactPath ?? '' })
  else print(`Copied ${path} to the files of run ${runId}.`)
}
